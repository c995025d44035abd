from litestar import Router

from app.documents import brand
from app.documents.acts import routes as acts
from app.documents.check import routes as check
from app.documents.passports import routes as passports
from app.documents.price_list import routes as price_list
from app.documents.rewards import routes as rewards

routers: list[Router] = [
    price_list.router,
    acts.router,
    rewards.router,
    passports.api_router,
    passports.public_router,
    check.api_router,
]

pages: list[Router] = [check.page_router, passports.page_router, brand.router]
"""For people with a QR code: at the root, because the addresses are printed. And the logo on top of every page."""
