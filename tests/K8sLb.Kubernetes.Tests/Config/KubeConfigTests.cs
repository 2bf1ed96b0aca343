namespace K8sLb.Kubernetes.Tests.Config;

public sealed class KubeConfigTests : IDisposable
{
    private static readonly TestCertificate Authority = TestCertificate.Create("ca");
    private static readonly TestCertificate User = TestCertificate.Create("user");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Everything_inline_is_read()
    {
        var config = Load(
            $"""
            certificate-authority-data: {Authority.CertificateBase64}
            tls-server-name: kubernetes
            """,
            $"""
            client-certificate-data: {User.CertificateBase64}
            client-key-data: {User.KeyBase64}
            """
        );

        config.Server.ShouldBe(new Uri("https://127.0.0.1:6443"));
        config.Namespace.ShouldBe("shop");
        config.TlsServerName.ShouldBe("kubernetes");
        config.SkipTlsVerify.ShouldBeFalse();
        config.CertificateAuthorities.ShouldNotBeNull().ShouldHaveSingleItem().Subject.ShouldBe("CN=ca");
        var certificate = config.ClientCertificates.ShouldNotBeNull().ShouldHaveSingleItem();
        certificate.Subject.ShouldBe("CN=user");
        certificate.HasPrivateKey.ShouldBeTrue();
        config.Token.ShouldBeNull();
    }

    [Fact]
    public void Files_are_found_beside_the_file_that_names_them()
    {
        folder.Write("pki/ca.crt", Authority.CertificatePem);
        folder.Write("pki/user.crt", User.CertificatePem);
        folder.Write("pki/user.key", User.KeyPem);

        var config = Load(
            "certificate-authority: pki/ca.crt",
            """
            client-certificate: pki/user.crt
            client-key: pki/user.key
            """
        );

        config.CertificateAuthorities.ShouldNotBeNull()[0].Subject.ShouldBe("CN=ca");
        config.ClientCertificates.ShouldNotBeNull()[0].HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public void Inline_data_wins_over_a_file_and_a_token_file_over_a_token()
    {
        folder.Write("token", "from the file\n");

        var config = Load(
            $"""
            certificate-authority: not-there.crt
            certificate-authority-data: {Authority.CertificateBase64}
            """,
            """
            token: inline
            tokenFile: token
            """
        );

        config.CertificateAuthorities.ShouldNotBeNull();
        config.Token.ShouldNotBeNull().Current.ShouldBe("from the file");
    }

    [Fact]
    public void A_certificate_file_may_hold_a_chain()
    {
        folder.Write("chain.crt", User.CertificatePem + "\n" + Authority.CertificatePem);
        folder.Write("user.key", User.KeyPem);

        var config = Load("", "client-certificate: chain.crt\nclient-key: user.key");

        config.ClientCertificates!.Select(c => c.Subject).ShouldBe(["CN=user", "CN=ca"]);
        config.ClientCertificates![0].HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public void A_file_in_json_and_a_server_without_verification_are_read()
    {
        var path = folder.Write(
            "config",
            """
            {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
             "clusters": [{"name": "k", "cluster": {"server": "https://10.0.0.1/base", "insecure-skip-tls-verify": true}}],
             "users": [{"name": "u", "user": {"token": "secret"}}]}
            """
        );

        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(path);

        config.Server.AbsolutePath.ShouldBe("/base");
        config.SkipTlsVerify.ShouldBeTrue();
        config.Namespace.ShouldBe("default");
        config.Token!.Current.ShouldBe("secret");
    }

    [Fact]
    public void A_context_can_be_named()
    {
        var path = folder.Write("config", Minimal("one", "https://one:1") + AnotherContext);

        KubernetesClientConfiguration.BuildConfigFromConfigFile(path, "other").Namespace.ShouldBe("elsewhere");
    }

    [Fact]
    public void Of_several_files_the_first_one_counts_for_each_name()
    {
        var first = folder.Write("a/first", Minimal("one", "https://first:1"));
        var second = folder.Write(
            "b/second",
            Minimal("one", "https://second:1") + "- {name: only-here, context: {cluster: two, user: two}}\n"
        );
        var third = folder.Write(
            "c/third",
            """
            clusters: [{name: two, cluster: {server: "https://third:1"}}]
            users: [{name: two, user: {tokenFile: token}}]
            """
        );
        folder.Write("c/token", "beside the third");
        var list = string.Join(Path.PathSeparator, first, folder.FullName + "/not-there", second, third);

        KubernetesClientConfiguration.BuildConfigFromKubeConfigVariable(list).Server.Host.ShouldBe("first");
        var other = KubernetesClientConfiguration.BuildConfigFromKubeConfigVariable(list, "only-here");
        other.Server.Host.ShouldBe("third");
        other.Token!.Current.ShouldBe("beside the third");
    }

    [Fact]
    public void A_list_of_files_none_of_which_exists_is_an_error()
    {
        var list = $"{folder.FullName}/a{Path.PathSeparator}{folder.FullName}/b";

        var error = Should.Throw<KubernetesConfigException>(() =>
            KubernetesClientConfiguration.BuildConfigFromKubeConfigVariable(list)
        );

        error.Message.ShouldBe($"the variable KUBECONFIG is '{list}'; at least one of these files must exist");
    }

    private const string AnotherContext = "- {name: other, context: {cluster: one, user: one, namespace: elsewhere}}\n";

    private static string Minimal(string name, string server) =>
        $"""
            current-context: {name}
            clusters:
            - name: {name}
              cluster:
                server: {server}
            users:
            - name: {name}
            contexts:
            - name: {name}
              context:
                cluster: {name}
                user: {name}

            """;

    private KubernetesClientConfiguration Load(string cluster, string user)
    {
        var path = folder.Write("config", KubeConfigText.With(cluster, user));
        return KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
    }
}
