"""Who runs the cycle of an agreement (主办机构): the basin's office of no party, else an authority upstream.

In: the network and an agreement. Out: the office, or None where nobody declared one.
"""

from __future__ import annotations

from basin.agreement import Agreement
from basin.network import Network, Office
from settlement.people.concerns import AUDIT

UPSTREAM = "upstream"
AUTHORITY = "authority"


def steward(network: Network, agreement: Agreement) -> Office | None:
    """The office that submits, confirms and revokes the settlements of an agreement.

    An audit office runs nothing. An agreement whose parties have no roles has no upstream party: without an office of
    no party in its basin it has no steward.
    """
    of_basin = (network.offices[code] for code in network.offices_of_basin.get(agreement.basin, ()))
    of_no_party = next((office for office in of_basin if not office.party and office.kind != AUDIT), None)
    if of_no_party is not None:
        return of_no_party
    upstream = agreement.parties.get(UPSTREAM)
    offices = network.offices.values()
    return next(
        (office for office in offices if upstream and (office.party, office.kind) == (upstream, AUTHORITY)), None
    )
