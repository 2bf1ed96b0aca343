using K8sLb.Operator.Hosting;

namespace K8sLb.Operator.Tests.Hosting;

public sealed class LeaderAddressTests
{
    [Theory]
    [InlineData("https://0.0.0.0:15010", "10.1.2.3", "https://10.1.2.3:15010")]
    [InlineData("https://*:15010", "10.1.2.3", "https://10.1.2.3:15010")]
    [InlineData("https://[::]:15010", "fd00::5", "https://[fd00::5]:15010")]
    [InlineData("http://127.0.0.5:15010", "10.1.2.3", "http://127.0.0.5:15010")]
    [InlineData("http://127.0.0.5:15010", null, "http://127.0.0.5:15010")]
    [InlineData("https://0.0.0.0:15010", null, null)]
    [InlineData("https://0.0.0.0:15010", "not an address", null)]
    [InlineData("https://127.0.0.1:0", null, null)]
    public void A_replica_says_where_it_is_reached_where_that_is_known(string listen, string? own, string? expected) =>
        LeaderAddress.Derive(listen, own).ShouldBe(expected);
}
