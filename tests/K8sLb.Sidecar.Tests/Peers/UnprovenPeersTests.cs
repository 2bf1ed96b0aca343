using System.Net;
using K8sLb.Sidecar.Listening;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class UnprovenPeersTests
{
    private static readonly IPAddress One = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Other = IPAddress.Parse("10.0.0.2");

    [Fact]
    public void One_address_has_so_many_and_all_together_have_so_many()
    {
        var unproven = new UnprovenPeers(most: 3, mostOfOne: 2);
        unproven.TryEnter(One).ShouldBeTrue();
        unproven.TryEnter(One).ShouldBeTrue();

        unproven.TryEnter(One).ShouldBeFalse();
        unproven.TryEnter(Other).ShouldBeTrue();
        unproven.TryEnter(Other).ShouldBeFalse();
        unproven.Leave(One);
        unproven.TryEnter(Other).ShouldBeTrue();
    }
}
