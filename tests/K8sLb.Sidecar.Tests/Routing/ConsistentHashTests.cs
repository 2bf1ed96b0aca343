using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class ConsistentHashTests
{
    [Theory]
    [InlineData(PortMode.Relay)]
    [InlineData(PortMode.Proxy)]
    public async Task A_client_is_served_by_one_member_wherever_it_comes_in(PortMode mode)
    {
        await using var pool = await TestMember.PoolAsync(
            members: 3,
            policy: p => p with { Balancing = BalancingKind.ConsistentHash },
            mode: mode
        );
        var served = new List<string>();
        for (var client = 1; client <= 12; client++)
        {
            var from = new IPAddress([127, 1, 1, (byte)client]);
            var places = new HashSet<string>();
            foreach (var member in pool.Members)
            {
                await using var connection = await RawHttp.ConnectAsync(member.Http, from);
                places.Add((await connection.RequestAsync("/")).ServedBy!);
                places.Add((await connection.RequestAsync("/")).ServedBy!);
            }
            served.Add(places.ShouldHaveSingleItem());
        }

        served.Distinct().Count().ShouldBe(3, string.Join(", ", served));
    }
}
