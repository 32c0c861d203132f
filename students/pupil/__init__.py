"""Who the pupil is: person, record at a school, numbers at rest, status and grade."""
