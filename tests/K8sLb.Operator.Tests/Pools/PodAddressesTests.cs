using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Pools;

namespace K8sLb.Operator.Tests.Pools;

public sealed class PodAddressesTests
{
    private static readonly V1Pod TwoFamilies = new()
    {
        Status = new V1PodStatus
        {
            PodIP = "10.0.0.7",
            PodIPs = [new V1PodIP { Ip = "10.0.0.7" }, new V1PodIP { Ip = "fd00::7" }],
        },
    };

    [Theory]
    [InlineData("10.0.0.7", true)]
    [InlineData("fd00::7", true)]
    [InlineData("fd00:0:0::7", true)]
    [InlineData("10.0.0.8", false)]
    [InlineData("shop", false)]
    public void A_pod_is_at_each_of_its_addresses_and_nowhere_else(string said, bool own) =>
        PodAddresses.Include(PodAddresses.Of(TwoFamilies), said).ShouldBe(own);

    [Fact]
    public void A_pod_that_has_no_address_yet_is_nowhere() => PodAddresses.Of(new V1Pod()).ShouldBeEmpty();
}
