"""What stands in the workbooks of the corpus."""

from datetime import date

from data.making.sheets import Cell, Formula, Sheet

EURO, PERCENT, DAY, COUNT = "#,##0.00 [$€-407]", "0.0%", "yyyy-mm-dd", "#,##0"


def price_list() -> tuple[Sheet, ...]:
    return (
        Sheet(
            "Instruments",
            "Lodvik price list 2026, instruments, valid from 1 January 2026, without VAT",
            (
                "Part number",
                "Instrument",
                "List price",
                "Dealer price, class A",
                "Delivery weeks",
                "Valid until",
            ),
            ("", "", EURO, EURO, COUNT, DAY),
            tuple(_dealer(r, *row) for r, row in enumerate(_INSTRUMENTS, start=3)),
        ),
        Sheet(
            "Spares",
            "Lodvik price list 2026, spare parts and accessories",
            ("Part number", "Part", "For", "List price", "Smallest order"),
            ("", "", "", EURO, COUNT),
            _SPARES,
        ),
        Sheet(
            "Discounts",
            "Discount classes of dealers",
            ("Class", "Yearly turnover from", "Discount", "Payment within days", "Demonstration kit"),
            ("", EURO, PERCENT, COUNT, ""),
            (
                ("A", 250000, 0.32, 60, "two kits at no charge"),
                ("B", 90000, 0.25, 45, "one kit at half price"),
                ("C", 20000, 0.18, 30, "one kit on loan for 90 days"),
                ("none", 0, 0.05, 14, "no kit"),
            ),
        ),
    )


def production_plan() -> tuple[Sheet, ...]:
    return (
        Sheet(
            "Plan",
            "Production plan, first quarter of 2026, Bergen",
            ("Order", "Instrument", "Pieces", "Start", "Finish", "Share done", "Foreman"),
            ("", "", COUNT, DAY, DAY, PERCENT, ""),
            (*_ORDERS, ("Sum", None, Formula("=SUM(C3:C9)", 1165), None, None, None, None)),
        ),
        Sheet(
            "Lead times",
            "Parts with long lead times",
            ("Part", "Supplier", "Weeks", "In stock", "Reorder at", "Next delivery"),
            ("", "", COUNT, COUNT, COUNT, DAY),
            (
                ("Radar chip 80 GHz", "Halbleiterwerk Elbe", 26, 1480, 600, date(2026, 4, 13)),
                ("Platinum wire 0.3 mm", "Edelmetall Pforz", 14, 92, 40, date(2026, 3, 2)),
                ("Titanium tube grade 5", "Verkhov Metals", 38, 61, 80, date(2026, 6, 22)),
                ("Acetal rod 60 mm", "Plasticos do Ave", 5, 410, 150, date(2026, 2, 16)),
                ("Lid seal LV-2190-03", "Gummi Sørvest", 9, 5200, 1500, date(2026, 3, 30)),
            ),
        ),
        Sheet(
            "Stoppages",
            "Stoppages in the fourth quarter of 2025",
            ("Date", "Line", "Hours", "Cause", "Cost"),
            (DAY, "", "0.0", "", EURO),
            (
                (date(2025, 10, 14), "Radar assembly", 6.5, "compressor failed", 4200),
                (date(2025, 11, 5), "Potting", 11.0, "resin from lot 551 did not harden", 15750),
                (date(2025, 11, 27), "Logger assembly", 3.0, "torque driver out of calibration", 1900),
                (date(2025, 12, 9), "all", 2.5, "storm warning, building evacuated", 8600),
                ("Sum", None, Formula("=SUM(C3:C6)", 23.0), None, Formula("=SUM(E3:E6)", 30450)),
            ),
        ),
    )


def budget() -> tuple[Sheet, ...]:
    return (
        Sheet(
            "Departments",
            "Budget 2026 by department, euros",
            ("Department", "Budget 2025", "Budget 2026", "Change", "Largest item"),
            ("", COUNT, COUNT, PERCENT, ""),
            tuple(_changed(r, *row) for r, row in enumerate(_DEPARTMENTS, start=3)),
        ),
        Sheet(
            "Investments",
            "Investments approved for 2026",
            ("Number", "What for", "Site", "Sum", "Decided on", "Payback years"),
            ("", "", "", EURO, DAY, "0.0"),
            (
                ("I-26-01", "Second pick-and-place machine", "Bergen", 386000, date(2025, 11, 12), 4.2),
                ("I-26-02", "Salt bath 4", "Bremerhaven", 174500, date(2025, 11, 12), 6.8),
                ("I-26-03", "Storage nodes for LodeLink", "Porto", 122300, date(2025, 12, 10), 2.5),
                ("I-26-04", "Boat trailer and winch", "Hobart", 28900, date(2025, 12, 10), 9.0),
                ("I-26-05", "Heat pump for the factory", "Bergen", 531000, date(2026, 1, 14), 8.1),
            ),
        ),
    )


def headcount_plan() -> tuple[Sheet, ...]:
    return (
        Sheet(
            "Headcount",
            "CONFIDENTIAL - headcount plan 2026",
            ("Site", "1 January 2026", "31 December 2026", "Change", "Reason"),
            ("", COUNT, COUNT, COUNT, ""),
            (
                ("Bergen", 188, 184, Formula("=C3-B3", -4), "four retirements not replaced"),
                ("Bremerhaven", 83, 86, Formula("=C4-B4", 3), "salt bath 4"),
                ("Porto", 71, 78, Formula("=C5-B5", 7), "platform team"),
                ("Halifax", 44, 44, Formula("=C6-B6", 0), "no change"),
                ("Hobart", 26, 29, Formula("=C7-B7", 3), "field service for New Zealand"),
                ("Sum", Formula("=SUM(B3:B7)", 412), Formula("=SUM(C3:C7)", 421), Formula("=C8-B8", 9), None),
            ),
        ),
        Sheet(
            "Vacancies",
            "CONFIDENTIAL - vacancies and agencies",
            ("Number", "Post", "Site", "Band", "Fill by", "Agency", "Fee"),
            ("", "", "", "", DAY, "", PERCENT),
            (
                (
                    "V-26-03",
                    "Head of electronics assembly",
                    "Bergen",
                    "L5",
                    date(2026, 7, 1),
                    "Fjordkraft Search",
                    0.22,
                ),
                (
                    "V-26-05",
                    "Site reliability engineer",
                    "Porto",
                    "L4",
                    date(2026, 4, 15),
                    "none, own search",
                    0,
                ),
                (
                    "V-26-06",
                    "Calibration technician",
                    "Bremerhaven",
                    "L2",
                    date(2026, 9, 1),
                    "none, own search",
                    0,
                ),
                ("V-26-09", "Field engineer", "Hobart", "L3", date(2026, 5, 1), "Tasman Crew", 0.15),
                (
                    "V-26-10",
                    "Works lawyer, part-time",
                    "Bergen",
                    "L5",
                    date(2026, 10, 1),
                    "Paragraf & Co",
                    0.25,
                ),
            ),
        ),
    )


def _dealer(row: int, number: str, name: str, price: float, weeks: int, until: date) -> tuple[Cell, ...]:
    return (number, name, price, Formula(f"=C{row}*(1-32%)", round(price * 0.68, 2)), weeks, until)


def _changed(row: int, name: str, before: int, now: int, largest: str) -> tuple[Cell, ...]:
    return (name, before, now, Formula(f"=C{row}/B{row}-1", round(now / before - 1, 6)), largest)


_YEAR_END, _SPRING = date(2026, 12, 31), date(2026, 3, 31)
_INSTRUMENTS = (
    ("LV-2109-00", "DL-9 Logbook, data logger", 1480, 3, _YEAR_END),
    ("LV-2109-IP", "DL-9 Logbook, submersible", 1960, 4, _YEAR_END),
    ("LV-1040-00", "TG-40 Skarv, radar tide gauge, 30 m", 4150, 5, _YEAR_END),
    ("LV-1044-00", "TG-44 Skarv, radar tide gauge, 75 m", 6390, 7, _YEAR_END),
    ("LV-3107-00", "CM-7 Tern, current meter", 18700, 12, _YEAR_END),
    ("LV-5210-00", "SP-210 Petrel, acetal", 3275, 6, _YEAR_END),
    ("LV-5210-TI", "SP-210 Petrel, titanium", 4460, 14, _SPRING),
)
_SPARES: tuple[tuple[Cell, ...], ...] = (
    ("LV-1090-10", "Cable, 10 m, M12 plug", "TG-40, TG-44", 68, 1),
    ("LV-1090-31", "Bubble level", "TG-40, TG-44", 9.5, 5),
    ("LV-1030-14", "Antenna board", "TG-30 (discontinued)", 610, 1),
    ("LV-2190-03", "Lid seal", "DL-9", 7.8, 10),
    ("LV-2190-07", "Coin cell with holder", "DL-9", 6.2, 5),
    ("LV-2190-12", "Desiccant, pack of ten", "DL-9", 14.9, 1),
    ("LV-2190-20", "Industrial card, 32 GB", "DL-9", 49, 1),
    ("LV-3117-02", "Main board, revision D", "CM-7", 2890, 1),
    ("LV-3160-01", "Transducer, 1.2 MHz", "CM-7", 685, 1),
    ("LV-3190-30", "Battery pack, lithium, 14.4 V", "CM-7", 318, 1),
    ("LV-3190-31", "Battery pack, alkaline, 13.5 V", "CM-7", 74, 2),
    ("LV-5290-01", "Cable, 10 m", "SP-210", 92, 1),
    ("LV-5290-05", "Cable, 50 m", "SP-210", 265, 1),
    ("LV-5290-11", "Soft brush", "SP-210", 4.5, 10),
    ("LV-5290-14", "Wiper blade, set of five", "SP-210", 37, 1),
    ("LV-5290-22", "Copper guard", "SP-210", 128, 1),
)
_ORDERS: tuple[tuple[Cell, ...], ...] = (
    ("PO-6101", "DL-9", 400, date(2026, 1, 5), date(2026, 1, 30), 1, "Kjersti Aga"),
    ("PO-6102", "DL-9 IP", 180, date(2026, 2, 2), date(2026, 2, 20), 0.35, "Kjersti Aga"),
    ("PO-6103", "TG-40", 220, date(2026, 1, 12), date(2026, 2, 27), 0.62, "Odd Hauge"),
    ("PO-6104", "TG-44", 45, date(2026, 3, 2), date(2026, 3, 27), 0, "Odd Hauge"),
    ("PO-6105", "CM-7", 30, date(2026, 1, 19), date(2026, 3, 20), 0.4, "Sunniva Lie"),
    ("PO-6106", "SP-210", 240, date(2026, 1, 5), date(2026, 3, 13), 0.55, "Sunniva Lie"),
    ("PO-6107", "SP-210 TI", 50, date(2026, 3, 16), date(2026, 4, 10), 0, "Sunniva Lie"),
)
_DEPARTMENTS = (
    ("Production", 14200000, 14650000, "components, 9.1 million"),
    ("Engineering", 6100000, 6900000, "project Lomvi, 1.85 million"),
    ("LodeLink platform", 3300000, 3960000, "wages, 2.7 million"),
    ("Calibration laboratory", 4050000, 4180000, "energy, 0.6 million"),
    ("Sales and field service", 8800000, 9020000, "journeys, 1.1 million"),
    ("People team", 1250000, 1290000, "courses, 0.3 million"),
    ("IT and security", 2150000, 2480000, "licences, 0.9 million"),
)
