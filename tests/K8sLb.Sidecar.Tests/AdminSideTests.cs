using System.Net;
using K8sLb.Sidecar.Admin;

namespace K8sLb.Sidecar.Tests;

public sealed class AdminSideTests
{
    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1", "127.0.0.1", true)]
    [InlineData("0.0.0.0", "127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("0.0.0.0", "127.0.0.1", "::1", true)]
    [InlineData("0.0.0.0", "127.0.0.1", "10.0.0.7", false)]
    [InlineData("0.0.0.0", "127.0.0.1", "::ffff:10.0.0.7", false)]
    [InlineData("0.0.0.0", "127.0.0.1", "fd00::7", false)]
    [InlineData("0.0.0.0", "10.0.0.7", "127.0.0.1", false)]
    [InlineData("0.0.0.0", "10.0.0.7", "10.0.0.7", true)]
    [InlineData("10.0.0.7", "0.0.0.0", "10.0.0.7", true)]
    [InlineData("0.0.0.0", "127.0.0.1", null, false)]
    public void Everything_is_served_where_the_admin_address_was_dialled(
        string listen,
        string admin,
        string? dialled,
        bool all
    ) =>
        new AdminSide(IPAddress.Parse(listen), IPAddress.Parse(admin))
            .ServesAll(dialled is null ? null : IPAddress.Parse(dialled))
            .ShouldBe(all);

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1", "0.0.0.0")]
    [InlineData("::", "127.0.0.1", "::")]
    [InlineData("10.0.0.7", "127.0.0.1", "10.0.0.7,127.0.0.1")]
    [InlineData("10.0.0.7", "10.0.0.7", "10.0.0.7")]
    [InlineData("10.0.0.7", "0.0.0.0", "10.0.0.7")]
    public void Each_address_is_opened_once(string listen, string admin, string opened) =>
        string.Join(',', new AdminSide(IPAddress.Parse(listen), IPAddress.Parse(admin)).Addresses).ShouldBe(opened);
}
