"""How cases name a pupil as their subject: the key by which one child has one running case only (R3.1)."""


def subject_of(student_id: int) -> str:
    """How a case names its pupil."""
    return f"student:{student_id}"
