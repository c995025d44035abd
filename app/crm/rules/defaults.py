"""The rules a company starts with. The numbers are defaults to edit, not norms."""

from app.core.i18n import text
from app.crm.rules.values import Category, FeatureCycle, PassportCycle, RulesContent, Season, Spawn, Tier

TABLE = "life"
"""Table of the texts with the names."""

YEAR = 365
NETS = Season(first="03-01", last="05-31")
"""Nets are hung up in spring."""


def _category(code: str, **fields: object) -> Category:
    names = {f"name_{lang}": text(lang, TABLE, f"category_{code}") for lang in ("ru", "en")}
    return Category(code=code, **names, **fields)  # type: ignore[arg-type]  # fields of Category


def _tier(code: str, from_kop: int) -> Tier:
    names = {f"name_{lang}": text(lang, TABLE, f"tier_{code}") for lang in ("ru", "en")}
    return Tier(code=code, from_kop=from_kop, **names)


def starter_rules() -> RulesContent:
    """Windows last, and what belongs to them needs care: adjustment yearly, seals after six years."""
    return RulesContent(
        categories=[
            _category(
                "window_install",
                spawns=[
                    Spawn(category="maintenance"),
                    Spawn(category="seal"),
                    Spawn(category="net", product_kinds=["window", "balcony", "net"]),
                    Spawn(category="door_adjust", product_kinds=["door", "balcony"]),
                ],
                job_kinds=["installation"],
            ),
            _category(
                "maintenance",
                cycle_days=YEAR,
                job_kinds=["service"],
                works=["adjustment"],
                passport_cycles=[
                    PassportCycle(field="hardware", value=name, cycle_days=2 * YEAR)
                    for name in ("roto", "siegenia", "maco", "winkhaus", "schuco")
                ],
                feature_cycles=[
                    FeatureCycle(feature="wear", value="new", cycle_days=2 * YEAR),
                    FeatureCycle(feature="wear", value="usual", cycle_days=YEAR),
                    FeatureCycle(feature="wear", value="heavy", cycle_days=YEAR // 2),
                ],
            ),
            _category("seal", cycle_days=6 * YEAR, works=["seal_replacement"]),
            _category("net", cycle_days=YEAR, season=NETS, works=["mosquito_net"]),
            _category("door_adjust", cycle_days=YEAR, works=["door_adjustment"]),
            _category("glass_unit_repair", works=["glass_unit"]),
            _category("measurement", counts_as_purchase=False, job_kinds=["measurement"]),
            _category("delivery", counts_as_purchase=False, job_kinds=["delivery"]),
            _category("warranty_visit", counts_as_purchase=False, job_kinds=["claim"]),
        ],
        tiers=[
            _tier("first", 0),
            _tier("regular", 100_000_00),
            _tier("key", 500_000_00),
        ],
    )
