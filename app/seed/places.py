"""Where the clients of the demo live, and what they are called. The streets exist, the people do not."""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

CENTRE = (55.7558, 37.6176)
"""Latitude and longitude."""


class Address(NamedTuple):
    street: str
    lat: float
    lon: float


STREETS = [
    Address("Тверская улица, 12", 55.7634, 37.6066),
    Address("Сретенка, 9", 55.7692, 37.6323),
    Address("улица Покровка, 31", 55.7602, 37.6529),
    Address("Большая Ордынка, 40", 55.7366, 37.6248),
    Address("Пятницкая улица, 71", 55.7290, 37.6275),
    Address("улица Арбат, 44", 55.7489, 37.5894),
    Address("Комсомольский проспект, 28", 55.7270, 37.5810),
    Address("Фрунзенская набережная, 30", 55.7236, 37.5853),
    Address("Ленинский проспект, 85", 55.6745, 37.5298),
    Address("Профсоюзная улица, 57", 55.6621, 37.5450),
    Address("улица Вавилова, 48", 55.6871, 37.5713),
    Address("проспект Вернадского, 39", 55.6784, 37.5056),
    Address("Мичуринский проспект, 16", 55.6998, 37.5065),
    Address("Кутузовский проспект, 43", 55.7368, 37.5180),
    Address("Можайское шоссе, 25", 55.7199, 37.4373),
    Address("Рублёвское шоссе, 34", 55.7416, 37.4142),
    Address("улица Крылатские Холмы, 15", 55.7600, 37.4130),
    Address("Хорошёвское шоссе, 52", 55.7764, 37.5269),
    Address("улица Народного Ополчения, 33", 55.7829, 37.4900),
    Address("Ленинградский проспект, 60", 55.7970, 37.5420),
    Address("улица Алабяна, 10", 55.8010, 37.5165),
    Address("Волоколамское шоссе, 71", 55.8197, 37.4571),
    Address("Сходненская улица, 25", 55.8466, 37.4410),
    Address("улица Героев Панфиловцев, 12", 55.8512, 37.4290),
    Address("Фестивальная улица, 41", 55.8605, 37.4780),
    Address("Дмитровское шоссе, 64", 55.8500, 37.5640),
    Address("Бескудниковский бульвар, 20", 55.8665, 37.5560),
    Address("Алтуфьевское шоссе, 42", 55.8588, 37.5862),
    Address("улица Бутырская, 15", 55.8005, 37.5830),
    Address("проспект Мира, 118", 55.8078, 37.6384),
    Address("улица Бажова, 8", 55.8382, 37.6660),
    Address("Ярославское шоссе, 22", 55.8647, 37.7030),
    Address("Сокольническая площадь, 4", 55.7893, 37.6798),
    Address("Стромынка, 19", 55.7935, 37.6960),
    Address("Щёлковское шоссе, 47", 55.8107, 37.7850),
    Address("Первомайская улица, 58", 55.7948, 37.7960),
    Address("Измайловский бульвар, 22", 55.7995, 37.8050),
    Address("шоссе Энтузиастов, 55", 55.7555, 37.7480),
    Address("Свободный проспект, 19", 55.7525, 37.8160),
    Address("Зелёный проспект, 50", 55.7510, 37.8010),
    Address("Рязанский проспект, 61", 55.7160, 37.7870),
    Address("Волгоградский проспект, 99", 55.7079, 37.7600),
    Address("улица Люблинская, 72", 55.6800, 37.7370),
    Address("Краснодонская улица, 18", 55.6775, 37.7580),
    Address("улица Перерва, 30", 55.6592, 37.7520),
    Address("Братиславская улица, 16", 55.6590, 37.7500),
    Address("Автозаводская улица, 17", 55.7070, 37.6560),
    Address("проспект Андропова, 35", 55.6810, 37.6640),
    Address("Каширское шоссе, 58", 55.6500, 37.6630),
    Address("Ореховый бульвар, 24", 55.6125, 37.7030),
    Address("улица Борисовские Пруды, 14", 55.6345, 37.7290),
    Address("Варшавское шоссе, 94", 55.6490, 37.6200),
    Address("Балаклавский проспект, 18", 55.6395, 37.6000),
    Address("Нагорная улица, 20", 55.6735, 37.6010),
    Address("Симферопольский бульвар, 25", 55.6560, 37.6080),
    Address("улица Кировоградская, 9", 55.6180, 37.6060),
    Address("Чертановская улица, 32", 55.6290, 37.6030),
    Address("Севастопольский проспект, 46", 55.6480, 37.5640),
    Address("улица Академика Янгеля, 6", 55.5960, 37.5990),
    Address("улица Островитянова, 23", 55.6460, 37.5010),
]

SECTORS: dict[str, list[tuple[float, float]]] = {
    "north-west": [(55.7558, 37.6176), (55.7558, 37.37), (55.82, 37.385), (55.895, 37.47), (55.91, 37.6176)],
    "north-east": [(55.7558, 37.6176), (55.91, 37.6176), (55.895, 37.72), (55.83, 37.835), (55.7558, 37.85)],
    "south-east": [(55.7558, 37.6176), (55.7558, 37.85), (55.65, 37.84), (55.575, 37.69), (55.57, 37.6176)],
    "south-west": [(55.7558, 37.6176), (55.57, 37.6176), (55.59, 37.5), (55.66, 37.42), (55.7558, 37.37)],
}
"""Polygons from the Kremlin to the ring road (latitude, longitude), not closed."""
SECTOR_NAMES = {
    "north-west": "Северо-запад",
    "north-east": "Северо-восток",
    "south-east": "Юго-восток",
    "south-west": "Юго-запад",
}

SURNAMES = """
Котова Лебедев Соколова Морозов Новикова Волков Павлова Фролов Зайцева Гусев Тихонова Крылов Макарова Баранов Комарова
Поляков Давыдова Жуков Антонова Борисов Фомина Тарасов Белова Киселёв Ефимова Назаров Щукина Мартынов Осипова Титов
Власова Никитин Соловьёва Ершов Дмитриева Кузьмин Савельева Панов Рогова Афанасьев Логинова
"""
WOMEN = """
Анна Мария Елена Ольга Наталья Ирина Светлана Татьяна Юлия Екатерина Людмила Галина Вера Надежда Алла
"""
MEN = "Алексей Дмитрий Сергей Андрей Михаил Николай Виктор Владимир Олег Игорь Пётр Роман Антон Глеб Борис"
FATHERS = (
    "Сергеев Андреев Владимиров Иванов Николаев Петров Викторов Олегов Романов Борисов Михайлов Алексеев"
)


class Somebody(NamedTuple):
    """A client who does not exist, and where he lives."""

    name: str
    surname: str
    phone: str
    place: tuple[float, float]
    sector: str
    home: dict[str, object]
    """The site as the API takes it."""


def sector_of(lat: float, lon: float) -> str:
    """North or south, east or west of the Kremlin."""
    north = "north" if lat > CENTRE[0] else "south"
    return f"{north}-{'east' if lon > CENTRE[1] else 'west'}"


def made_up_people(block: int) -> Iterator[Somebody]:
    """One after the other, without end. Their phones begin with +7 975, which no operator has."""
    for number in count():
        yield _somebody(number, block)


def _somebody(number: int, block: int) -> Somebody:
    surname = _pick(SURNAMES, number)
    is_woman = surname.endswith("а")
    first = _pick(WOMEN if is_woman else MEN, number * 7)
    patronymic = _pick(FATHERS, number * 5) + ("на" if is_woman else "ич")
    street = STREETS[number * 23 % len(STREETS)]
    turn = number // len(STREETS)  # another house of the street each time round
    name, house = street.street.rsplit(", ", 1)
    lat = round(street.lat + turn * 0.0007, 6)
    lon = round(street.lon - turn * 0.0009, 6)
    home: dict[str, object] = {
        "address": f"Москва, {name}, {int(house) + 2 * turn}",
        "entrance": str(number % 5 + 1),
        "floor": str(number * 3 % 14 + 1),
        "apartment": str(number * 11 % 180 + 1),
        "intercom": f"{number * 11 % 180 + 1}К",
        "point": {"lat": lat, "lon": lon},
    }
    phone = f"+7975{block:04d}{number:03d}"
    return Somebody(f"{first} {patronymic}", surname, phone, (lat, lon), sector_of(lat, lon), home)


def _pick(names: str, number: int) -> str:
    listed = names.split()
    return listed[number % len(listed)]
