namespace K8sLb.Kubernetes.Tests.Config;

/// <summary>Every error names the file, the line, the field, and what would be right.</summary>
public sealed class KubeConfigErrorTests : IDisposable
{
    private static readonly TestCertificate User = TestCertificate.Create("user");
    private static readonly TestCertificate Stranger = TestCertificate.Create("stranger");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string, string> WrongFields { get; } =
        new()
        {
            {
                "insecure-skip-tls-verify: perhaps",
                "",
                ":14: clusters[name=local].cluster.insecure-skip-tls-verify is 'perhaps'; it must be true or false"
            },
            {
                "certificate-authority-data: '%%%'",
                "",
                ":14: clusters[name=local].cluster.certificate-authority-data is not base64"
            },
            {
                "certificate-authority-data: bm90IGEgY2VydGlmaWNhdGU=",
                "",
                ":14: clusters[name=local].cluster.certificate-authority-data holds no certificate; it must be PEM with BEGIN CERTIFICATE"
            },
            {
                "certificate-authority: [a, b]",
                "",
                ":14: clusters[name=local].cluster.certificate-authority is a mapping or list; it must be a text"
            },
            {
                "proxy-url: nonsense",
                "",
                ":14: clusters[name=local].cluster.proxy-url is 'nonsense'; it must be a URL such as https://10.0.0.1:6443"
            },
            {
                "",
                "client-key: key.pem",
                ": users[name=admin].user.client-certificate is missing; it must be there since client-key is"
            },
            {
                "",
                $"client-certificate-data: {User.CertificateBase64}",
                ": users[name=admin].user.client-key is missing; it must be there since client-certificate is"
            },
            {
                "",
                $"client-certificate-data: {User.CertificateBase64}\nclient-key-data: {Stranger.KeyBase64}",
                ":19: users[name=admin].user.client-key-data is not the unencrypted PEM key of client-certificate"
            },
            { "", "tokenFile: not-there", ":18: users[name=admin].user.tokenFile names the file '" },
            {
                "",
                "exec: {command: aws}",
                ":18: users[name=admin].user.exec is set, but credential plugins are not supported; use client-certificate, token or tokenFile"
            },
            {
                "",
                "auth-provider: {name: gcp}",
                ":18: users[name=admin].user.auth-provider is set, but auth providers are not supported"
            },
            { "", "username: joe", ":18: users[name=admin].user.username is set, but basic authentication" },
            { "", "as: joe", ":18: users[name=admin].user.as is set, but impersonation is not supported" },
        };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public void A_wrong_field_is_named(string cluster, string user, string message) =>
        Message(KubeConfigText.With(cluster, user)).ShouldStartWith(message);

    [Theory]
    [InlineData(
        "current-context: here",
        "current-context: there",
        ":3: current-context names the context 'there', which is not defined; there are: here"
    )]
    [InlineData("current-context: here", "", ": current-context is missing; it must be the name of a context (here)")]
    [InlineData(
        "cluster: local",
        "cluster: remote",
        ":7: contexts[name=here].context.cluster names the cluster 'remote', which is not defined; there are: local"
    )]
    [InlineData(
        "user: admin",
        "user: ",
        ":8: contexts[name=here].context.user is missing; it must be the name of a user (admin)"
    )]
    [InlineData(
        "https://127.0.0.1:6443",
        "127.0.0.1:6443",
        ":13: clusters[name=local].cluster.server is '127.0.0.1:6443'; it must be a URL such as https://10.0.0.1:6443"
    )]
    [InlineData(
        "server: https://127.0.0.1:6443",
        "",
        ": clusters[name=local].cluster.server is missing; it must be a URL such as https://10.0.0.1:6443"
    )]
    [InlineData("kind: Config", "kind: Pod", ":2: kind is 'Pod'; it must be Config")]
    [InlineData("- name: admin", "- nom: admin", ": users[0].name is missing; it must be the entry's name")]
    [InlineData("kind: Config", "kind: {", ":")]
    public void A_wrong_structure_is_named(string right, string wrong, string message) =>
        Message(KubeConfigText.With("", "").Replace(right, wrong, StringComparison.Ordinal)).ShouldStartWith(message);

    [Fact]
    public void A_file_that_does_not_exist_is_named()
    {
        var path = Path.Combine(folder.FullName, "not-there");

        Should
            .Throw<KubernetesConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(path))
            .Message.ShouldStartWith($"{path}: cannot be read");
    }

    [Fact]
    public void An_empty_file_lacks_a_context()
    {
        Message("").ShouldStartWith(": current-context is missing");
    }

    /// <returns>The message without the file's name in front.</returns>
    private string Message(string text)
    {
        var path = folder.Write("config", text);
        var error = Should.Throw<KubernetesConfigException>(() =>
            KubernetesClientConfiguration.BuildConfigFromConfigFile(path)
        );
        error.Message.ShouldStartWith(path);
        return error.Message[path.Length..];
    }
}
