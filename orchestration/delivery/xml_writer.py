"""The national XML, written row by row: memory is bounded by the slice, the bytes by the input alone."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from orchestration.national.frame import DeliveryFrame


def leverans_referens(region_code: int, period: str, version: int, call: str) -> str:
    """Our own name of one call: '56-2024-07-v1-genomforda_kontakter'."""
    return f"{region_code}-{period}-v{version}-{call}"


def write_contacts(
    frame: DeliveryFrame, path: Path, reference: str, replaces: str | None = None, slice_rows: int = 10_000
) -> int:
    """Writes one Kontakt call to `path` and returns the number of Besok in it.

    `reference` becomes LeveransReferens; `replaces` is the ErsattningsId of the call it replaces, if any.
    An empty population has no Kontakt, since the contract wants at least one Besok in it; with a `replaces`
    that is the receiver's way to take back what was sent. Empty attributes are left out.
    """
    namespace = frame.record_type.namespace
    root = {"LeveransReferens": reference}
    if replaces is not None:
        root = {"ErsattningsId": replaces, **root}
    names = tuple(attribute.attribute for attribute in frame.attributes)
    visit = f"{{{namespace}}}Besok"
    rows_written = 0
    with path.open("wb") as target:
        with etree.xmlfile(target, encoding="UTF-8") as xml:
            xml.write_declaration()
            with xml.element(f"{{{namespace}}}{frame.record_type.root_element}", root, nsmap={None: namespace}):
                if frame.rows_count > 0:
                    with xml.element(f"{{{namespace}}}Kontakt", {"DatatGallerFor": f"{frame.period}-01"}):
                        for rows in frame.wire_slices(slice_rows):
                            for row in rows:
                                xml.write("\n")
                                given = {name: text for name, text in zip(names, row, strict=True) if text is not None}
                                with xml.element(visit, given):
                                    rows_written += 1
                        xml.write("\n")
        target.write(b"\n")
    return rows_written
