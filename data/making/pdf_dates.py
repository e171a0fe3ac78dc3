"""The day on which a made PDF says that it was written."""

INVARIANT = b"D:20000101000000+00'00'"
"""What reportlab writes in place of the clock where the same input has to give the same bytes."""


def dated(pdf: bytes, day: str) -> bytes:
    """The PDF with `day`, an ISO date, for reportlab's; every byte stays in its place."""
    return pdf.replace(INVARIANT, f"D:{day.replace('-', '')}000000+00'00'".encode())
