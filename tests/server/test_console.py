"""The console and GraphiQL."""

import pytest

from server.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def dist_dir(tmp_path):
    """Return a directory with the files of a built console."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>The console</title>")
    (folder / "graphiql.html").write_text("<!doctype html><title>GraphiQL</title>")
    (folder / "assets" / "index-B1a2.js").write_text("console".ljust(5000))
    return folder


@pytest.mark.parametrize("path", ["/", "/licenses", "/licenses/status", "/users?license=superoffice.ten-sales"])
async def test_console_paths_serve_the_page(client, path):
    response = await client.get(path, headers=BROWSER)

    assert response.status_code == 200
    assert "The console" in response.text


async def test_unknown_path_is_404_for_api_clients(client):
    assert (await client.get("/licenses")).json() == {"errors": [{"message": "Not Found", "extensions": {}}]}


async def test_console_policy_allows_own_scripts_only(client):
    policy = (await client.get("/", headers=BROWSER)).headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy


async def test_pages_are_revalidated_and_assets_cached(client):
    assert (await client.get("/", headers=BROWSER)).headers["cache-control"] == "no-cache"

    asset = await client.get("/assets/index-B1a2.js")

    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-encoding"] == "gzip"
    assert asset.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/../index.html", "/assets/%2e%2e/index.html"])
async def test_missing_asset_is_not_cached(client, path):
    response = await client.get(path)

    assert response.status_code == 404
    assert response.headers["cache-control"] == "no-store"


async def test_graphiql_redirects_anonymous_callers_to_sign_in(database, client):
    response = await client.get("/graphql", headers=BROWSER)

    assert (response.status_code, response.headers["location"]) == (307, "/?next=/graphql")


async def test_graphql_url_executes_queries_in_a_browser(database, client):
    response = await client.get("/graphql", params={"query": "{ hello }"}, headers=BROWSER)

    assert response.json()["data"] == {"hello": "Hello, world"}


class TestOpenSchema:
    """With SEATKEEPER_OPEN_SCHEMA set."""

    @pytest.fixture
    def settings(self):
        return Settings(open_schema=True)

    async def test_open_schema_serves_graphiql_anonymously(self, client):
        response = await client.get("/graphql", headers=BROWSER)

        assert "GraphiQL" in response.text
        policy = response.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self' 'unsafe-inline';" in policy
