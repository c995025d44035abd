from litestar import Router
from litestar.di import Provide

from app.identity.companies import routes as companies
from app.identity.dependencies import (
    provide_attempts,
    provide_ip,
    provide_send_login_code,
    provide_strangers_session,
)
from app.identity.devices import routes as devices
from app.identity.live_ticket import ask_live_ticket
from app.identity.registration import routes as registration
from app.identity.sessions import routes as sessions
from app.identity.sign_in import routes as sign_in
from app.identity.users import routes as users

auth = Router(
    "/auth",
    route_handlers=[
        sign_in.sign_in,
        sign_in.ask_login_code,
        sign_in.verify_login_code,
        sessions.refresh_session,
        sessions.sign_out,
    ],
    dependencies={"session": Provide(provide_strangers_session)},
    tags=["identity: sign-in"],
)

routers = [
    Router(
        "/",
        route_handlers=[
            auth,
            registration.router,
            companies.router,
            users.router,
            devices.router,
            sessions.get_me,
            ask_live_ticket,
        ],
        dependencies={
            "attempts": Provide(provide_attempts, sync_to_thread=False),
            "ip": Provide(provide_ip, sync_to_thread=False),
            "send_login_code": Provide(provide_send_login_code, sync_to_thread=False),
        },
    )
]
