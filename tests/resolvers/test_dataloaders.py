import asyncio

from resolvers.dataloaders import Loaders


async def test_dependent_reads_run_concurrently(context):
    loaders = Loaders.of(context)
    async with asyncio.timeout(5):
        installation, vendors, _ = await asyncio.gather(
            loaders.installation(), loaders.all_vendors(), loaders.pending_changes()
        )
    assert installation.license_owner == "Fjordlys Handel AS"
    assert [vendor.key for vendor in vendors] == ["superoffice"]


async def test_clearing_the_cache_drops_the_loaders(context):
    loaders, catalog = Loaders.of(context), await Loaders.of(context).catalog()
    assert Loaders.of(context) is loaders
    assert await loaders.catalog() is catalog

    context.clear_cache()

    assert Loaders.of(context) is not loaders
    assert await Loaders.of(context).catalog() is not catalog
