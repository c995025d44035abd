"""What the company works with: materials, how much a job needs of them, and where clients come from."""

from app.seed.days import Kind
from app.seed.people import Company
from app.seed.stage import together

MATERIALS = {
    "foam": ("Пена монтажная, 750 мл", "Mounting foam, 750 ml", "pcs"),
    "tape": ("Лента ПСУЛ, 20 мм", "Sealing tape, 20 mm", "m"),
    "anchor": ("Анкер 10 × 112", "Anchor 10 × 112", "pcs"),
    "sealant": ("Герметик акриловый", "Acrylic sealant", "pcs"),
    "seal": ("Уплотнитель EPDM", "EPDM seal", "m"),
}
"""Names in Russian and English, and the unit."""
NORMS: dict[Kind, dict[str, tuple[float, float]]] = {
    Kind.INSTALLATION: {"foam": (0, 2), "tape": (0, 5), "anchor": (0, 8), "sealant": (1, 0)},
    Kind.SERVICE: {"seal": (0, 4)},
}
"""For each job, and for each opening of it."""
USED = {"foam": 2, "tape": 6, "anchor": 9}
"""What a crew uses up for one window."""
SOURCES = [("Сайт", "paid", 2), ("Вывеска у метро", "free", 3), ("Управляющая компания", "partner", 4)]


async def fill_catalogue(company: Company, types: dict[str, str]) -> dict[str, str]:
    """Ids of the materials by code."""
    made = await together(_add_material(company, code) for code in MATERIALS)
    ids = dict(zip(MATERIALS, made, strict=True))
    await together(_set_norms(company, types[kind], ids, norms) for kind, norms in NORMS.items())
    await together(
        company.irina.post("/crm/sources", {"name": name, "kind": kind, "trust": trust})
        for name, kind, trust in SOURCES
    )
    return ids


async def _add_material(company: Company, code: str) -> str:
    name_ru, name_en, unit = MATERIALS[code]
    body = {"code": code, "name_ru": name_ru, "name_en": name_en, "unit": unit}
    return str((await company.irina.post("/materials", body))["id"])


async def _set_norms(
    company: Company, job_type_id: str, ids: dict[str, str], norms: dict[str, tuple[float, float]]
) -> None:
    items = [
        {"material_id": ids[code], "per_job": per_job, "per_opening": per_opening}
        for code, (per_job, per_opening) in norms.items()
    ]
    await company.irina.put(f"/job-types/{job_type_id}/materials", {"items": items})
