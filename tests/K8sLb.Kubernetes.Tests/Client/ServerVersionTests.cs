using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests.Client;

public sealed class ServerVersionTests
{
    [Theory]
    [InlineData("1", "29", true)]
    [InlineData("1", "29+", true)]
    [InlineData("1", "34", true)]
    [InlineData("2", "0", true)]
    [InlineData("1", "28", false)]
    [InlineData("1", "9", false)]
    [InlineData("0", "40", false)]
    [InlineData("1", "", false)]
    [InlineData(null, null, false)]
    public void A_server_is_at_least_of_a_version_where_it_says_so(string? major, string? minor, bool expected) =>
        new ServerVersion { Major = major, Minor = minor }
            .IsAtLeast(1, 29)
            .ShouldBe(expected);
}
