using K8sLb.EndToEnd.Tests.Harness;
using K8sLb.Operator.Api;
using K8sLb.TestKit;

namespace K8sLb.EndToEnd.Tests;

/// <summary>A spec that cannot work is told so, and what works goes on.</summary>
[Collection(EndToEndSuite.Name)]
public sealed class BadSpecTests(EndToEndFixture cluster)
{
    [Fact]
    public async Task A_bad_spec_is_not_accepted_and_names_the_field()
    {
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: true);
        await shop.ApplyAsync("bad-pool.yaml");
        await Eventually.IsTrue(
            async () =>
                (await shop.PoolAsync())?.Status?.Conditions?.Any(c =>
                    c is { Type: ConditionTypes.Accepted, Status: "False" }
                    && c.Message!.Contains("spec.drain.rampDown", StringComparison.Ordinal)
                    && c.Message.Contains("20s", StringComparison.Ordinal)
                ) == true,
            "the pool's condition Accepted is False and names the field and its value"
        );
        (await shop.EndpointsAsync()).Count.ShouldBe(4, "the spec before stays in force");
    }
}
