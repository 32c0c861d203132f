"""What the pager under a list shows."""

from django.core.paginator import Page

from web.words import zh


def pages_of(page: Page, kept: str = "") -> dict:
    """What the pagination shows; ``kept`` are the other parts of the address."""
    return {
        "text": zh(
            "第 {page_number} 页，共 {paginator_num_pages} 页。",
            page_number=page.number,
            paginator_num_pages=page.paginator.num_pages,
        )
        if page.paginator.num_pages > 1
        else "",
        "previous_url": f"?page={page.number - 1}{kept}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}{kept}" if page.has_next() else "",
    }


def stretch(page: Page, measure: str) -> str:
    """Which lines of how many, e.g. 第 1–25 名，共 40 名; empty of none."""
    total = page.paginator.count
    if not total:
        return ""
    first, last = page.start_index(), page.end_index()
    return zh(
        "第 {start_index}–{end_index} {unit}，共 {total} {unit}",
        start_index=first,
        end_index=last,
        unit=measure,
        total=total,
    )
