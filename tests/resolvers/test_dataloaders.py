import asyncio


async def test_reads_that_need_each_other_may_be_asked_for_at_once(context):
    async with asyncio.timeout(5):
        installation, vendors, _ = await asyncio.gather(
            context.loaders.installation(), context.loaders.all_vendors(), context.loaders.pending_changes()
        )
    assert installation.license_owner == "Fjordlys Handel AS"
    assert [vendor.key for vendor in vendors] == ["superoffice"]
