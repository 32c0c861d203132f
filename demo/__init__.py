"""The demonstration: invented schools, people, pupils and cases, for the trial only.

Rooms: places (units and classes), people (accounts), pupils, story (one case as it would have gone through the
door), cases (which stories there are), photographs, loading (how rows get in), inspection (that they fit), seeding
(all of it in turn) and bulk (millions of rows for measurements).
"""
