"""照片: a pupil's photograph, cropped to 26 × 32 mm at 300 dpi, our own encoding, sealed on disk (field 13, R8.4)."""

import hashlib
import uuid
from datetime import date

from django.db import transaction
from PIL import Image

from ledger import audit
from orgs.people.models import PostRole
from reviews.engine import seating
from reviews.evidence import files, pictures
from students.counter.models import PupilPhoto
from students.pupil.models import Student
from web.refusals import Refusal, Refused
from web.words import zh

# 26 × 32 mm at the dots an inch that paper deserves, and at those with which a face is still known.
WIDTH, HEIGHT, DPI = 307, 378, 300
NARROWEST, LOWEST, FEWEST_DPI = 154, 189, 150
CLAUSE = zh("附件1 六.1")
NO_SEAT = Refusal("no_seat", zh("照片由学生所在学校的学籍管理员采集，你没有这个岗位。"), CLAUSE)
TOO_SMALL = Refusal(
    "photo_small",
    zh(
        "照片太小，裁成 26×32 毫米后不足每英寸 {fewest} 点；请用至少 {width}×{height} 像素的照片。",
        fewest=FEWEST_DPI,
        width=NARROWEST,
        height=LOWEST,
    ),
    CLAUSE,
)


def refusal(student: Student, by, day: date) -> Refusal | None:
    """Why ``by`` may not take the pupil's photograph."""
    return seating.seat_refusal(by, student.school_id, PostRole.REGISTRAR, day, NO_SEAT)


def cropped(picture: Image.Image) -> Image.Image:
    """The middle of the picture in the shape of 26 × 32, with more room left below than above the head.

    At most 300 dots an inch, and never more than the picture has. Raises Refused for fewer than 150.
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
    size = min(box[2] - box[0], WIDTH), min(box[3] - box[1], HEIGHT)
    if size[0] < NARROWEST or size[1] < LOWEST:
        raise Refused(TOO_SMALL)
    return picture.resize(size, Image.Resampling.LANCZOS, box=box)


def dots(width: int) -> int:
    """Dots an inch of a photograph so many pixels wide, on paper."""
    return min(DPI, round(width * DPI / WIDTH))


def remark(width: int) -> str:
    """What to say of one that is taken though paper deserves a better; nothing otherwise."""
    if width >= WIDTH:
        return ""
    return zh(
        "这张照片裁后只有每英寸 {dots} 点，打印会不够清楚；方便时请换一张至少 {width}×{height} 像素的。",
        dots=dots(width),
        width=WIDTH,
        height=HEIGHT,
    )


def take_in(student: Student, by, upload, day: date) -> str:
    """Keep ``upload`` as the pupil's photograph; the former one stays on record. What is to be remarked on it, if
    anything. Raises Refused with a sentence."""
    refused = refusal(student, by, day)
    if refused is not None:
        raise Refused(refused)
    picture = cropped(pictures.plain(pictures.decoded(pictures.bytes_of(upload, CLAUSE), CLAUSE)))
    data = pictures.jpeg(picture, largest=60_000, dpi=(dots(picture.width),) * 2)
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
    return remark(picture.width)


def last_of(student: Student) -> PupilPhoto | None:
    """The photograph that counts."""
    return PupilPhoto.objects.filter(student=student).order_by("-id").first()
