"""One case: its page, its form, its log, its answer through the API."""
