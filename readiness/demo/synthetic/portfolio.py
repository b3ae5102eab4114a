"""A synthetic installation: a few huge portfolios and a long tail, a few deciders with very long queues, and many pilots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from django.utils.translation import gettext as _

from pilots import actions
from pilots.derived.units import units_of
from pilots.event_log.sign import logged_transaction
from pilots.models import Function, GateKind, Person, Portfolio
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Role
from readiness.demo.synthetic.cloner import Copies, Life, Place, people_at_once
from readiness.demo.synthetic.lives import CAST, LONGEST, SEATS, lives

AT_ONCE = 1000
"""Pilots written in one transaction."""
MOST_LIVES = 160
WORK = ("Drafting", "Sorting", "Checking", "Answering", "Summing up", "Translating", "Routing", "Matching")
THINGS = (
    "renewal e-mails",
    "claims",
    "invoices",
    "meeting notes",
    "complaints",
    "orders",
    "contracts",
    "tickets",
    "reports",
    "returns",
)
WORDS = (
    "for the north",
    "for new customers",
    "at night",
    "after hours",
    "for the branches",
    "by phone",
    "in two languages",
)
FUNCTIONS = (
    "Customer operations",
    "Claims",
    "Finance",
    "Legal",
    "Sales",
    "People",
    "Procurement",
    "Logistics",
    "Engineering",
    "Marketing",
    "Audit",
    "Field service",
)
FIRST = (
    "Ada",
    "Bruno",
    "Chiara",
    "Dario",
    "Elif",
    "Finn",
    "Greta",
    "Hana",
    "Ivo",
    "Jana",
    "Kofi",
    "Lena",
    "Mira",
    "Noor",
    "Otis",
    "Pia",
)
LAST = (
    "Adeyemi",
    "Brandt",
    "Costa",
    "Dietz",
    "Eriksen",
    "Fabbri",
    "Grau",
    "Horvat",
    "Ito",
    "Jansen",
    "Keller",
    "Lund",
    "Moreau",
    "Novak",
)
DECIDERS = tuple(who for pair in SEATS.values() for who in pair)
OWN_RIGHTS = {"legal-sign-off": (7, 0), "it-data-access": (3, 0), "quality-threshold": (1, 9)}
"""Every how many portfolios have a right of their own, and every how many a hole where nobody decides."""
EACH_CARRIES = {"manager": 6, "sponsor": 14, "funder": 20, "error_owner": 10}
"""How many pilots each person of a part carries, on average."""
OFFICE = Role.OFFICE


@dataclass(slots=True)
class Home:
    """A portfolio, its functions with how often a pilot lies there, and the people of its pilots by part."""

    portfolio: Portfolio
    functions: list[Function]
    weights: list[float]
    units: dict[int | None, int]
    seats: dict[str, Person | None]
    people: dict[str, list[Person]]


def make(*, pilots: int, seed: int, at: date) -> Iterator[int]:
    """Write so many pilots whose events end on a date at the latest. Yields how many there are, batch by batch.

    Memory does not grow with their number. The same seed and date give the same portfolio.

    Raises:
        Invalid: there is a portfolio of this seed already.
    """
    if Portfolio.objects.filter(key__startswith=f"synthetic-{seed}-").exists():
        raise Invalid(
            _("There is a synthetic portfolio of seed %(seed)s already. Give another seed.") % {"seed": seed},
            field="seed",
        )
    random = Random(f"{seed}")
    known = lives(random, min(MOST_LIVES, max(12, pilots // 5)))
    # Written together: each of their thousands of actions would else wait for its own commit.
    with logged_transaction():
        homes = _homes(random, pilots, seed, at)
    fit = [_that_fit(known, home) for home in homes]
    shares = list(accumulate(_long_tail(len(homes))))
    copies = Copies(random)
    done = 0
    while done < pilots:
        for number in range(done, min(done + AT_ONCE, pilots)):
            chosen = random.choices(range(len(homes)), cum_weights=shares)[0]
            life = random.choice(fit[chosen])
            copies.take(life, _place(random, homes[chosen], life, number, seed, at))
        done += copies.file()
        yield done


def _long_tail(number: int) -> list[float]:
    """Shares of the first, second, third …: a few have most of it (Zipf)."""
    return [1 / n for n in range(1, number + 1)]


def _that_fit(known: list[Life], home: Home) -> list[Life]:
    """The lives that can be lived here: nobody decides from a seat that nobody has."""
    empty = {n for n, name in enumerate(CAST) if name in home.seats and home.seats[name] is None}
    return [life for life in known if not life.people & empty]


def _place(random: Random, home: Home, life: Life, number: int, seed: int, at: date) -> Place:
    function = random.choices(home.functions, weights=home.weights)[0]
    ago = min(int(random.expovariate(1 / 260)), 2 * LONGEST)
    name = f"{random.choice(WORK)} {random.choice(THINGS)} {random.choice(WORDS)}"
    return Place(
        key=f"S{seed}-{number:07d}",
        name=f"{name}, {number}",
        workflow=name,
        portfolio=home.portfolio.pk,
        function=function.pk,
        unit=home.units[function.pk],
        first=at - timedelta(days=life.days + ago),
        people=[_stands_in(random, home, who) for who in CAST],
    )


def _stands_in(random: Random, home: Home, who: str) -> tuple[int, str]:
    if who in home.people:
        several = home.people[who]
        # The first few carry most of it.
        person: Person | None = several[int(len(several) * random.random() ** 2)]
    else:
        person = home.seats[who]
    return (person.pk, person.public_id) if person else (0, "")


def _homes(random: Random, pilots: int, seed: int, at: date) -> list[Home]:
    """Portfolios with offices, rights from before the first day, and people, as many as so many pilots need."""
    shares = _long_tail(max(2, min(400, pilots // 250)))
    begins = at - timedelta(days=4 * LONGEST)
    functions = _functions(max(4, min(60, pilots // 200)), begins)
    everywhere = dict(zip(DECIDERS, _people(random, seed, "decider", len(DECIDERS), begins), strict=True))
    head = _people(random, seed, "escalation", 1, begins)[0]
    homes = [
        _home(random, n, max(3, int(pilots * share / sum(shares))), seed, everywhere, head, begins)
        for n, share in enumerate(shares)
    ]
    for home in homes:
        most = 2 + len(home.people["manager"]) // 10
        home.functions = random.sample(functions, min(len(functions), most))
        home.weights = _long_tail(len(home.functions))
    # Units come after all rights, so that each unit's seats are worked out once.
    found = units_of((home.portfolio.pk, function.pk) for home in homes for function in home.functions)
    for home in homes:
        home.units = found[home.portfolio.pk].found
    return homes


def _home(
    random: Random, n: int, here: int, seed: int, everywhere: dict[str, Person], head: Person, begins: date
) -> Home:
    portfolio = actions.open_portfolio(
        key=f"synthetic-{seed}-{n}",
        name=f"Synthetic portfolio {n} of seed {seed}",
        escalation=head,
        by=None,
        on=begins,
        known=begins,
    )
    office = _people(random, seed, f"office-{n}", max(1, min(9, here // 400)), begins)
    for person in office:
        actions.give_role(portfolio=portfolio, person=person, role=OFFICE, by=None, on=begins, known=begins)
    seats: dict[str, Person | None] = {**everywhere, "escalation": head}
    own = dict(zip(DECIDERS, _people(random, seed, f"decider-{n}", len(DECIDERS), begins), strict=True))
    for kind, (every, hole) in OWN_RIGHTS.items():
        if hole and n % hole == hole - 1:
            seats |= dict.fromkeys(SEATS[kind])
            continue
        # A right reaches this portfolio only: others in the installation are nobody's business here.
        sit = own if n % every == every - 1 else everywhere
        seats |= {who: sit[who] for who in SEATS[kind]}
        _right(kind, portfolio, sit, head, begins)
    people = {"office": office} | {
        part: _people(random, seed, f"{part}-{n}", max(1, here // each), begins) for part, each in EACH_CARRIES.items()
    }
    return Home(portfolio, [], [], {}, seats, people)


def _right(kind: str, portfolio: Portfolio, people: dict[str, Person], head: Person, begins: date) -> None:
    holder, deputy = (people[who] for who in SEATS[kind])
    actions.assign_right(
        kind=GateKind.objects.get(key=kind),
        portfolio=portfolio,
        holder=holder,
        deputy=deputy,
        escalate_to=head,
        by=None,
        on=begins,
        known=begins,
    )


def _functions(number: int, begins: date) -> list[Function]:
    found = []
    for n in range(number):
        again, which = divmod(n, len(FUNCTIONS))
        name = f"{FUNCTIONS[which]} {again + 1}" if again else FUNCTIONS[which]
        there = Function.objects.filter(name=name).first()
        found.append(there or actions.name_function(name=name, by=None, on=begins, known=begins))
    return found


def _people(random: Random, seed: int, part: str, number: int, day: date) -> list[Person]:
    """People of one part. Their names are drawn; their addresses say that they are nobody's."""
    return people_at_once(
        (
            (f"{part}-{n}@synthetic-{seed}.example", f"{random.choice(FIRST)} {random.choice(LAST)}")
            for n in range(number)
        ),
        random,
        day,
    )
