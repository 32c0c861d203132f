"""照片: a pupil's photograph, cropped to 26 × 32 mm at 300 dpi, our own encoding, sealed on disk (field 13, R8.4)."""

import hashlib
import uuid
from datetime import date

from django.db import transaction
from PIL import Image

from ledger import audit
from ledger.words import zh
from orgs.models import PostRole
from orgs.seats import seat_at
from reviews import files, pictures
from reviews.refusals import Refusal, Refused
from students.models import Student
from students.print_models import PupilPhoto

WIDTH, HEIGHT, DPI = 307, 378, 300  # 26 × 32 mm
CLAUSE = zh("附件1 六.1")
NO_SEAT = Refusal("no_seat", zh("照片由学生所在学校的学籍管理员采集，你没有这个岗位。"), CLAUSE)
TOO_SMALL = Refusal(
    "photo_small",
    zh(
        "照片太小，裁成 26×32 毫米后不足每英寸 300 点；请用至少 {width}×{height} 像素的照片。",
        width=WIDTH,
        height=HEIGHT,
    ),
    CLAUSE,
)


def refusal(student: Student, by, day: date) -> Refusal | None:
    """Why ``by`` may not take the pupil's photograph."""
    seat = student.school_id and seat_at(by, student.school_id, PostRole.REGISTRAR, day)
    return None if seat else NO_SEAT


def cropped(picture: Image.Image) -> Image.Image:
    """The middle of the picture in the shape of 26 × 32, with more room left below than above the head.

    Raises Refused when fewer pixels would be left than paper needs.
    """
    wanted = WIDTH / HEIGHT
    width, height = picture.size
    if width / height > wanted:
        part = round(height * wanted)
        left = (width - part) // 2
        box = (left, 0, left + part, height)
    else:
        part = round(width / wanted)
        top = (height - part) // 3
        box = (0, top, width, top + part)
    if box[2] - box[0] < WIDTH or box[3] - box[1] < HEIGHT:
        raise Refused(TOO_SMALL)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box)


def take_in(student: Student, by, upload, day: date) -> PupilPhoto:
    """Keep ``upload`` as the pupil's photograph; the former one stays on record. Raises Refused with a sentence."""
    refused = refusal(student, by, day)
    if refused is not None:
        raise Refused(refused)
    picture = pictures.plain(pictures.decoded(pictures.bytes_of(upload, CLAUSE), CLAUSE))
    data = pictures.jpeg(cropped(picture), largest=60_000, dpi=(DPI, DPI))
    key = uuid.uuid4()
    with files.stored(key, data), transaction.atomic():
        photo = PupilPhoto.objects.create(
            key=key, student=student, size=len(data), sha256=hashlib.sha256(data).hexdigest(), taken_by=by
        )
        audit.record(
            "students",
            audit.actor_of(by),
            "student.photo",
            {"student": student.pk, "photo": photo.pk},
            subject=f"student:{student.key}",
        )
    return photo


def last_of(student: Student) -> PupilPhoto | None:
    """The photograph that counts."""
    return PupilPhoto.objects.filter(student=student).order_by("-id").first()
