"""What the pager under a list shows."""


def pages_of(page, kept: str = "") -> dict:
    """What the pagination shows; ``kept`` are the other parts of the address."""
    return {
        "text": f"第 {page.number} 页，共 {page.paginator.num_pages} 页。"
        if page.paginator.num_pages > 1
        else "",
        "previous_url": f"?page={page.number - 1}{kept}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}{kept}" if page.has_next() else "",
    }
