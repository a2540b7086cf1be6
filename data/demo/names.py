"""Invented, plausible Danish street and company names; real ones only for the main roads."""

from collections.abc import Iterator

import numpy as np

from demo.frame import rng_for

THEMES: dict[str, tuple[str, ...]] = {
    "Ballerup": (
        "Ask",
        "Bøge",
        "Elle",
        "Linde",
        "Pile",
        "Røn",
        "Ahorn",
        "Hassel",
        "Tjørne",
        "Syren",
        "Kastanie",
        "Poppel",
        "Hyld",
        "Guldregn",
        "Liguster",
        "Mirabel",
        "Skovfyr",
        "Ædelgran",
    ),
    "Måløv": (
        "Anemone",
        "Blåklokke",
        "Kærminde",
        "Kløver",
        "Valmue",
        "Viol",
        "Hyacint",
        "Lærkespore",
        "Fingerbøl",
        "Røllike",
        "Hestehov",
        "Mælkebøtte",
        "Konval",
        "Primula",
        "Ærteblomst",
    ),
    "Skovlunde": (
        "Bogfinke",
        "Drossel",
        "Gærdesmutte",
        "Lærke",
        "Mejse",
        "Nattergale",
        "Rødkælk",
        "Solsort",
        "Stær",
        "Svale",
        "Vibe",
        "Ørne",
        "Fasan",
        "Glente",
        "Musvit",
        "Rørhøne",
        "Hejre",
    ),
    "Egebjerg": (
        "Agern",
        "Bregne",
        "Dådyr",
        "Egern",
        "Grævling",
        "Hjorte",
        "Mår",
        "Ræve",
        "Rådyr",
        "Pindsvine",
        "Hermelin",
        "Kantarel",
        "Rørhat",
        "Tranebær",
        "Blåbær",
        "Ørnebregne",
    ),
    "Hede": (
        "Lyng",
        "Gyvel",
        "Ene",
        "Revling",
        "Porse",
        "Klit",
        "Hede",
        "Mose",
        "Kær",
        "Tørve",
        "Star",
    ),
    "Østerhøj": (
        "Asters",
        "Blomme",
        "Kirsebær",
        "Pære",
        "Æble",
        "Kvæde",
        "Stikkelsbær",
        "Hindbær",
        "Valnød",
    ),
    "Pederstrup": ("Smede", "Mølle", "Kirke", "Gade", "Brønd", "Hyrde", "Vandings"),
    "Business": (
        "Alfa",
        "Delta",
        "Energi",
        "Fabriks",
        "Høvl",
        "Instrument",
        "Kobber",
        "Lager",
        "Magnet",
        "Metal",
        "Motor",
        "Måler",
        "Radio",
        "Sensor",
        "Smelte",
        "Stål",
        "Teknik",
        "Titan",
        "Transformator",
        "Turbine",
        "Vandtårns",
        "Værksteds",
        "Ørsted",
        "Øvelses",
    ),
    "Land": (
        "By",
        "Skole",
        "Kirke",
        "Stations",
        "Park",
        "Eng",
        "Sø",
        "Bakke",
        "Mark",
        "Strand",
        "Havne",
        "Skov",
        "Dam",
        "Vang",
        "Toft",
        "Høj",
    ),
}
ENDINGS = (
    "vej", "vænget", "toften", "haven", "bakken", "lunden", "parken", "ager", "krogen", "svinget",
    "vangen", "stræde", "gården", "skrænten", "højen", "kæret",
)  # fmt: skip
BUSINESS_ENDINGS = ("vej", "buen", "vangen", "parken", "svinget")


def street_names(theme: str, town: str = "") -> Iterator[str]:
    """Yield a theme's street names in an order of the town's own, then numbered ones for ever."""
    stems = THEMES.get(theme, THEMES["Business"])
    endings = BUSINESS_ENDINGS if stems is THEMES["Business"] else ENDINGS
    every = [stem + ending for ending in endings for stem in stems]
    # Common endings come first, so that small districts are all "vej" and "vænget".
    first = len(stems) * 5
    rng = rng_for(f"names {theme} {town}")
    yield from (every[i] for i in rng.permutation(first))
    yield from (every[first + i] for i in rng.permutation(len(every) - first))
    number = 2
    while True:
        yield from (f"{name} {number}" for name in every)
        number += 1


COMPANY_FIRST = (
    "Nord", "Øresunds", "Baltic", "Lautrup", "Måløv", "Ballerup", "Dansk", "Sjællands", "Ringens",
    "Hjort", "Klar", "Vesterhavs", "Egebjerg", "Sølv", "Blå", "Grøn", "Kvist", "Ny", "Alfa",
)  # fmt: skip
COMPANY_LAST: dict[str, tuple[str, ...]] = {
    "21": ("Pharma", "Lægemidler", "Biomedicin"),
    "26": ("Audio", "Instrumenter", "Måleteknik", "Elektronik"),
    "32": ("Medical", "Dental", "Medico"),
    "72": ("Biotek", "Forskning", "Life Science"),
    "65": ("Forsikring", "Pension", "Liv"),
    "66": ("Betaling", "Kapital", "Finansservice"),
    "64": ("Bank", "Kredit", "Sparekasse"),
    "62": ("Software", "Data", "IT-rådgivning", "Systemer"),
    "63": ("Hosting", "Cloud", "Drift"),
    "58": ("Spil", "Programmer", "Udgivelser"),
    "85": ("Skole", "Undervisning", "Kursus"),
    "86": ("Lægehus", "Tandklinik", "Fysioterapi"),
    "87": ("Plejecenter", "Botilbud"),
    "88": ("Børnehus", "Daginstitution"),
    "84": ("Forvaltning", "Rådhus", "Borgerservice"),
    "47": ("Købmand", "Butik", "Marked"),
    "46": ("Engros", "Handel", "Import"),
    "56": ("Café", "Køkken", "Restaurant"),
    "43": ("El & VVS", "Tømrer", "Murer"),
    "41": ("Byg", "Entreprise"),
    "49": ("Transport", "Fragt", "Vognmand"),
    "71": ("Ingeniører", "Arkitekter", "Teknik"),
    "70": ("Rådgivning", "Holding"),
}


def company_name(branch_code: str, rng: np.random.Generator) -> str:
    """Return an invented company name that suits a six-digit branch code."""
    last = COMPANY_LAST.get(branch_code[:2], ("Service", "Gruppen", "Compagni"))
    return f"{rng.choice(COMPANY_FIRST)} {rng.choice(last)} (demo)"
