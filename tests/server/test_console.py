"""The console and GraphiQL, as browsers ask for them."""

import pytest

from server.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path):
    """Something that looks like the built console."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>The console</title>")
    (folder / "graphiql.html").write_text("<!doctype html><title>GraphiQL</title>")
    (folder / "assets" / "index-B1a2.js").write_text("console".ljust(5000))
    return folder


@pytest.mark.parametrize("path", ["/", "/licenses", "/licenses/status", "/users?license=superoffice.ten-sales"])
async def test_each_path_of_the_console_is_its_page(client, path):
    response = await client.get(path, headers=BROWSER)

    assert response.status_code == 200
    assert "The console" in response.text


async def test_a_program_that_asks_for_nothing_that_is_there_gets_an_error(client):
    assert (await client.get("/licenses")).json() == {"errors": [{"message": "Not Found", "extensions": {}}]}


async def test_pages_may_run_nothing_but_their_own_scripts(client):
    policy = (await client.get("/", headers=BROWSER)).headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy


async def test_a_page_is_asked_for_anew_and_an_asset_is_kept_for_good(client):
    assert (await client.get("/", headers=BROWSER)).headers["cache-control"] == "no-cache"

    asset = await client.get("/assets/index-B1a2.js")

    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-encoding"] == "gzip"
    assert asset.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/../index.html", "/assets/%2e%2e/index.html"])
async def test_what_is_no_asset_is_not_kept(client, path):
    response = await client.get(path)

    assert response.status_code == 404
    assert response.headers["cache-control"] == "no-store"


async def test_graphiql_shows_those_who_are_not_signed_in_the_way_in(database, client):
    response = await client.get("/graphql", headers=BROWSER)

    assert (response.status_code, response.headers["location"]) == (307, "/?next=/graphql")


async def test_the_address_of_graphiql_runs_queries_all_the_same(database, client):
    response = await client.get("/graphql", params={"query": "{ hello }"}, headers=BROWSER)

    assert response.json()["data"] == {"hello": "Hello, world"}


class TestOpenSchema:
    """Where SEATKEEPER_OPEN_SCHEMA is set."""

    @pytest.fixture
    def settings(self):
        return Settings(open_schema=True)

    async def test_anyone_may_open_graphiql(self, client):
        response = await client.get("/graphql", headers=BROWSER)

        assert "GraphiQL" in response.text
        policy = response.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self' 'unsafe-inline';" in policy
