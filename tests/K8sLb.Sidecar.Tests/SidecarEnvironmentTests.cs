using System.Net;
using K8sLb.Sidecar.Configuration;

namespace K8sLb.Sidecar.Tests;

public sealed class SidecarEnvironmentTests
{
    private static readonly Dictionary<string, string> Complete = new()
    {
        ["K8SLB_OPERATOR"] = "http://10.0.0.1:15010",
        ["K8SLB_POD_NAME"] = "shop-1",
        ["K8SLB_POD_NAMESPACE"] = "shop",
        ["K8SLB_POD_UID"] = "u1",
        ["K8SLB_POD_IP"] = "10.0.0.7",
    };

    private const string NoSecret =
        "K8SLB_DRAIN_SECRET is no secret: it must be 16 letters, digits, - or _ at least, by chance, such as openssl rand -hex 32 writes";

    [Fact]
    public void The_admin_port_can_be_opened_to_all()
    {
        var open = new Dictionary<string, string>(Complete)
        {
            ["K8SLB_ADMIN_ADDRESS"] = "0.0.0.0",
            ["K8SLB_METRICS_ON"] = "Pod",
            ["K8SLB_DRAIN_SECRET"] = "0123456789abcdef",
        };

        var options = SidecarEnvironment.Read(open.GetValueOrDefault);

        options.AdminAddress.ShouldBe(IPAddress.Any);
        options.MetricsOnPod.ShouldBeTrue();
        options.DrainSecret.ShouldBe("0123456789abcdef");
    }

    [Fact]
    public void What_is_not_set_has_its_default()
    {
        var options = SidecarEnvironment.Read(Complete.GetValueOrDefault);

        options.Operator.ShouldBe(new Uri("http://10.0.0.1:15010"));
        options.PodAddress.ShouldBe(IPAddress.Parse("10.0.0.7"));
        options.ListenAddress.ShouldBe(IPAddress.Any);
        options.AppAddress.ShouldBe(IPAddress.Loopback);
        options.AdminPort.ShouldBe(15020);
        options.AdminAddress.ShouldBe(IPAddress.Loopback);
        options.MetricsOnPod.ShouldBeFalse();
        options.DrainSecret.ShouldBeNull();
        options.PeerPort.ShouldBe(15008);
        options.StateDirectory.ShouldBe("/var/run/k8slb");
        options.StaticPool.ShouldBeNull();
    }

    [Fact]
    public void Without_an_operator_the_pod_need_not_be_named()
    {
        var options = SidecarEnvironment.Read(_ => null);

        options.Operator.ShouldBeNull();
        options.PodUid.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(
        "K8SLB_OPERATOR",
        "operator:15010",
        "K8SLB_OPERATOR=\"operator:15010\" is not of the form https://host:port or http://host:port"
    )]
    [InlineData(
        "K8SLB_POD_UID",
        "",
        "K8SLB_POD_UID is not set: with K8SLB_OPERATOR it must hold the pod's UID (metadata.uid)"
    )]
    [InlineData("K8SLB_POD_IP", "shop", "K8SLB_POD_IP=\"shop\" is not an IP address, such as 10.0.0.7 or fd00::7")]
    [InlineData("K8SLB_ADMIN_PORT", "0", "K8SLB_ADMIN_PORT=\"0\" is not a port: a number from 1 to 65535")]
    [InlineData(
        "K8SLB_METRICS_ON",
        "pod",
        "K8SLB_METRICS_ON=\"pod\" is neither Pod, for figures on every address, nor Admin, for K8SLB_ADMIN_ADDRESS alone"
    )]
    [InlineData("K8SLB_DRAIN_SECRET", "0123456789abcde", NoSecret)]
    [InlineData("K8SLB_DRAIN_SECRET", "0123456789abcdef/../", NoSecret)]
    [InlineData("K8SLB_PEER_PORT", "15020", "K8SLB_ADMIN_PORT and K8SLB_PEER_PORT are both 15020: they must differ")]
    public void A_mistake_is_named_with_its_variable_its_value_and_what_would_be_right(
        string variable,
        string value,
        string error
    )
    {
        var wrong = new Dictionary<string, string>(Complete) { [variable] = value };

        Should
            .Throw<SidecarEnvironmentException>(() => SidecarEnvironment.Read(wrong.GetValueOrDefault))
            .Errors.ShouldBe([error]);
    }

    [Fact]
    public void Over_https_the_operator_is_trusted_by_its_own_authority()
    {
        var secure = new Dictionary<string, string>(Complete)
        {
            ["K8SLB_OPERATOR"] = "https://k8slb.k8slb-system.svc:15010",
            ["K8SLB_OPERATOR_CA"] = "/var/run/secrets/k8slb/ca.crt",
            ["K8SLB_OPERATOR_TOKEN"] = "/var/run/secrets/k8slb/token",
        };

        var options = SidecarEnvironment.Read(secure.GetValueOrDefault);

        options.OperatorAuthority.ShouldBe("/var/run/secrets/k8slb/ca.crt");
        options.OperatorToken.ShouldBe("/var/run/secrets/k8slb/token");
        options.OperatorName.ShouldBeNull();
    }

    [Theory]
    [InlineData(
        "https://10.0.0.1:15010",
        "ca",
        null,
        "K8SLB_OPERATOR_NAME is not set: K8SLB_OPERATOR=\"https://10.0.0.1:15010\" is an address, so it must hold the name in the "
            + "operator's certificate, such as k8slb.k8slb-system.svc"
    )]
    [InlineData(
        "https://k8slb:15010",
        "ca",
        "10.0.0.1",
        "K8SLB_OPERATOR_NAME=\"10.0.0.1\" is not a host name, such as k8slb.k8slb-system.svc"
    )]
    [InlineData(
        "https://k8slb:15010",
        null,
        null,
        "K8SLB_OPERATOR_CA is not set: with https it must name the file of the operator's authority (ca.crt of ConfigMap k8slb-ca)"
    )]
    [InlineData(
        "http://k8slb:15010",
        "ca",
        null,
        "K8SLB_OPERATOR_CA=\"ca\" is of no use with K8SLB_OPERATOR=\"http://k8slb:15010\": it must be https://host:port"
    )]
    public void Half_a_trust_is_a_mistake(string @operator, string? authority, string? name, string error)
    {
        var wrong = new Dictionary<string, string>(Complete) { ["K8SLB_OPERATOR"] = @operator };
        if (authority is not null)
        {
            wrong["K8SLB_OPERATOR_CA"] = authority;
        }
        if (name is not null)
        {
            wrong["K8SLB_OPERATOR_NAME"] = name;
        }

        Should
            .Throw<SidecarEnvironmentException>(() => SidecarEnvironment.Read(wrong.GetValueOrDefault))
            .Errors.ShouldBe([error]);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var wrong = new Dictionary<string, string>(Complete)
        {
            ["K8SLB_ADMIN_PORT"] = "x",
            ["K8SLB_LISTEN_ADDRESS"] = "y",
        };

        Should
            .Throw<SidecarEnvironmentException>(() => SidecarEnvironment.Read(wrong.GetValueOrDefault))
            .Errors.Count.ShouldBe(2);
    }
}
