using K8sLb.TestKit;

namespace K8sLb.Kubernetes.Tests.Config;

public sealed class InClusterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public InClusterTests()
    {
        folder.Write("token", "first\n");
        folder.Write("ca.crt", TestCertificate.Create("ca").CertificatePem);
        folder.Write("namespace", "k8slb-system");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("10.96.0.1", "443", "https://10.96.0.1/")]
    [InlineData("fd00::1", "6443", "https://[fd00::1]:6443/")]
    public void The_pod_s_own_account_is_read(string host, string port, string server)
    {
        var config = InClusterConfiguration.Load(folder.FullName, host, port, time);

        config.Server.AbsoluteUri.ShouldBe(server);
        config.Namespace.ShouldBe("k8slb-system");
        config.CertificateAuthorities.ShouldNotBeNull().ShouldHaveSingleItem();
        config.Token.ShouldNotBeNull().Current.ShouldBe("first");
    }

    [Theory]
    [InlineData(null, "443", "the variable KUBERNETES_SERVICE_HOST is not set; the kubelet sets it in every pod")]
    [InlineData("10.96.0.1", "https", "the variable KUBERNETES_SERVICE_PORT is 'https'; it must be a port number")]
    public void A_variable_that_is_wrong_is_named(string? host, string? port, string message) =>
        Should
            .Throw<KubernetesConfigException>(() => InClusterConfiguration.Load(folder.FullName, host, port, time))
            .Message.ShouldBe(message);

    [Fact]
    public void A_missing_token_is_named_with_its_likely_reason()
    {
        File.Delete(Path.Combine(folder.FullName, "token"));

        Should
            .Throw<KubernetesConfigException>(() => InClusterConfiguration.Load(folder.FullName, "h", "1", time))
            .Message.ShouldStartWith(
                $"{folder.FullName}/token cannot be read; the pod needs a service account token (automountServiceAccountToken)"
            );
    }

    [Fact]
    public void A_ca_file_without_a_certificate_is_named()
    {
        folder.Write("ca.crt", "nothing");

        Should
            .Throw<KubernetesConfigException>(() => InClusterConfiguration.Load(folder.FullName, "h", "1", time))
            .Message.ShouldBe($"{folder.FullName}/ca.crt holds no certificate; it must be PEM with BEGIN CERTIFICATE");
    }

    [Fact]
    public void A_kubeconfig_that_is_named_comes_first_then_the_pod_s_account_then_the_one_at_home()
    {
        var variables = new Dictionary<string, string>
        {
            ["KUBECONFIG"] = folder.Write("named", KubeConfigText.With("", "")),
            ["KUBERNETES_SERVICE_HOST"] = "10.96.0.1",
            ["KUBERNETES_SERVICE_PORT"] = "443",
        };
        Default().Server.Host.ShouldBe("127.0.0.1");

        variables.Remove("KUBECONFIG");
        Default().Server.Host.ShouldBe("10.96.0.1");

        variables.Clear();
        Should.Throw<KubernetesConfigException>(Default).Message.ShouldEndWith("/.kube/config does not exist");

        folder.Write("home/.kube/config", KubeConfigText.With("", ""));
        Default().Server.Host.ShouldBe("127.0.0.1");

        KubernetesClientConfiguration Default() =>
            KubernetesClientConfiguration.BuildDefaultConfig(
                name => variables.GetValueOrDefault(name),
                folder.FullName,
                Path.Combine(folder.FullName, "home")
            );
    }

    [Fact]
    public void A_token_is_read_again_after_a_while()
    {
        var token = new FileToken(Path.Combine(folder.FullName, "token"), time);
        token.Current.ShouldBe("first");
        folder.Write("token", "second");
        token.Current.ShouldBe("first");

        time.Advance(TimeSpan.FromSeconds(11));

        token.Current.ShouldBe("second");
    }

    [Fact]
    public void A_token_that_is_refused_is_read_again_at_once()
    {
        var token = new FileToken(Path.Combine(folder.FullName, "token"), time);
        var first = token.Current;
        token.Refused(first).ShouldBeFalse();
        folder.Write("token", "second");

        token.Refused(first).ShouldBeTrue();

        token.Current.ShouldBe("second");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_token_stays_while_its_file_is_away_or_empty(bool deleted)
    {
        var path = Path.Combine(folder.FullName, "token");
        var token = new FileToken(path, time);
        token.Current.ShouldBe("first");
        if (deleted)
        {
            File.Delete(path);
        }
        else
        {
            folder.Write("token", "");
        }

        time.Advance(TimeSpan.FromMinutes(1));

        token.Current.ShouldBe("first");
    }
}
