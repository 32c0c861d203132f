"""docs/packages.md says what each package is for (make docs)."""

from docs import architecture, measures, packages


def test_every_package_says_what_it_is_for_and_stands_above_what_it_imports():
    trees = measures.modules()
    below = measures.packages(measures.imports(trees))
    place = {name: at for at, (name, _) in enumerate(packages.packages())}
    silent = {
        name
        for name in below
        if name not in place and not name.endswith(("management", "commands", "templatetags"))
    }
    assert not silent
    for name, others in below.items():
        assert all(place[other] < place[name] for other in others if name in place and other in place), name


def test_the_page_is_that_of_the_source():
    assert packages.TARGET.read_text(encoding="utf-8") == packages.page()


def test_the_picture_is_that_of_the_source():
    assert architecture.TARGET.read_text(encoding="utf-8") == architecture.drawing()


def test_a_package_stands_above_what_it_imports():
    edges = {"a.x": {"a.y", "b.z"}, "a.y": {"a.z"}, "a.z": set(), "a.w": {"a.z"}}
    assert architecture.levels(set(edges), edges) == [["a.x"], ["a.w", "a.y"], ["a.z"]]
