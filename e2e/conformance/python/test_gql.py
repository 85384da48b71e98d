"""Python's gql over HTTP and over a websocket, each as its documentation sets it up."""

import asyncio
import json
import os
import pathlib
import unittest
import urllib.request

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import build_schema, print_schema, lexicographic_sort_schema

URL = os.environ.get("BELLHOP_URL", "http://127.0.0.1:8080")
SCHEMA = pathlib.Path(__file__).resolve().parents[3] / "schema.graphql"

REPORT = """
mutation ($input: IncidentReportInput!) {
  incidentReport(input: $input) { ticket { id title } userErrors { code message } }
}
"""


def bearer(login):
    """Signs in as one of the demo organisation's people."""
    request = urllib.request.Request(
        f"{URL}/session",
        data=json.dumps({"login": login, "password": "welcome aboard"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return f"Bearer {json.load(answer)['accessToken']}"


def http(authorization):
    return AIOHTTPTransport(url=f"{URL}/graphql", headers={"Authorization": authorization})


def sockets(authorization):
    """gql looks for `Sec-WebSocket-Protocol` in just this writing, so its choice is made for it."""
    options = {
        "url": f"{URL.replace('http', 'ws', 1)}/graphql/ws",
        "init_payload": {"authorization": authorization},
        "subprotocols": [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    }
    return [WebsocketsTransport(**options), AIOHTTPWebsocketsTransport(**options)]


async def report(session, title):
    departments = await session.execute(gql("{ departments { id key } }"))
    it = next(d["id"] for d in departments["departments"] if d["key"].lower() == "it")
    report = gql(REPORT)
    report.variable_values = {
        "input": {"title": title, "description": "Written by a program.", "department": it}
    }
    answer = (await session.execute(report))["incidentReport"]
    assert answer["userErrors"] == [], answer
    return answer["ticket"]


class Gql(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.authorization = bearer("ana")

    async def test_a_schema_fetched_from_the_server_is_the_written_one(self):
        client = Client(transport=http(self.authorization), fetch_schema_from_transport=True)
        async with client as session:
            await session.execute(gql("{ now }"))
            told = print_schema(lexicographic_sort_schema(client.schema))
        written = print_schema(lexicographic_sort_schema(build_schema(SCHEMA.read_text())))
        self.assertEqual(told, written)

    async def test_queries_mutations_and_refusals_over_http(self):
        async with Client(transport=http(self.authorization)) as session:
            ticket = await report(session, "The kettle leaks")
            query = gql("query ($id: ID) { ticket(id: $id) { title } }")
            query.variable_values = {"id": ticket["id"]}
            answer = await session.execute(query)
            self.assertEqual(answer["ticket"]["title"], "The kettle leaks")
            with self.assertRaises(TransportQueryError) as refused:
                await session.execute(gql("{ nosuch }"))
            self.assertEqual(refused.exception.errors[0]["extensions"]["code"], "BAD_QUERY")

    async def test_a_subscription_over_either_websocket(self):
        subscription = gql(
            """
            subscription ($since: Sequence) {
              queueChanged(filter: { mine: true }, since: $since) {
                __typename
                ... on QueueUpsert { ticket { id title } }
              }
            }
            """
        )
        for socket in sockets(self.authorization):
            async with (
                Client(transport=http(self.authorization)) as asking,
                Client(transport=socket) as listening,
            ):
                end = await asking.execute(gql("{ tickets(first: 1) { asOf } }"))
                subscription.variable_values = {"since": end["tickets"]["asOf"]}
                ticket = await report(asking, "The kettle whistles")

                async def hear():
                    async for event in listening.subscribe(subscription):
                        if event["queueChanged"].get("ticket", {}).get("id") == ticket["id"]:
                            return

                with self.subTest(type(socket).__name__):
                    await asyncio.wait_for(hear(), 30)


if __name__ == "__main__":
    unittest.main()
