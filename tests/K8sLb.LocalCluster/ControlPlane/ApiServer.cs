using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Pki;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>A kube-apiserver that can be killed and started again on the same port.</summary>
internal sealed class ApiServer : IDisposable
{
    public const string ServiceRange = "10.96.0.0/16";

    // The first address of the range: the Service "kubernetes".
    private static readonly IPAddress ServiceAddress = IPAddress.Parse("10.96.0.1");

    private readonly Placement placement;
    private readonly IReadOnlyList<string> command;
    private readonly HttpClient http;
    private ChildProcess? process;

    public ApiServer(Placement placement, ClusterPki pki, AssetSet assets, Etcd etcd, ControlPlaneOptions options)
    {
        this.placement = placement;
        Url = new Uri($"https://127.0.0.1:{placement.ApiServerPort}");
        var gates = FeatureGates.For(assets.Version("kube-apiserver"));
        command =
        [
            assets["kube-apiserver"],
            .. Arguments(placement, pki, etcd, options),
            .. gates,
            .. options.Audit ? AuditLog.Arguments(placement.Run) : [],
            .. options.ApiServerArguments,
        ];
        http = AdministratorClient(pki);
    }

    /// <summary>On loopback, whatever it advertises: that is where it is always reached from outside of its namespace.</summary>
    public Uri Url { get; }

    public void Start() => process = placement.Start("kube-apiserver", command);

    public async Task KillAsync(CancellationToken ct)
    {
        if (process is { HasExited: false })
        {
            await process.KillAsync(ct);
        }
    }

    /// <exception cref="InvalidOperationException">It exited; the message holds the end of its log.</exception>
    /// <exception cref="TimeoutException">It was not ready in time; likewise.</exception>
    public Task WaitUntilReadyAsync(TimeSpan limit, CancellationToken ct) =>
        process!.WaitUntilAsync(IsReadyAsync, "/readyz says so", limit, ct);

    public void Dispose() => http.Dispose();

    private async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Url, "readyz"), ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            return false; // It listens before it answers.
        }
    }

    private static IEnumerable<string> Arguments(
        Placement placement,
        ClusterPki pki,
        Etcd etcd,
        ControlPlaneOptions options
    )
    {
        var advertised = options.AdvertiseAddress;
        var local = IPAddress.IsLoopback(advertised);
        var server = pki.WriteServer(
            "apiserver",
            "kube-apiserver",
            [
                "localhost",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
            ],
            new[] { IPAddress.Loopback, advertised, ServiceAddress }.Distinct()
        );
        var kubelets = pki.WriteClient("kubelet-client", "kube-apiserver-kubelet-client", "system:masters");
        return
        [
            $"--etcd-servers={etcd.Url}",
            $"--bind-address={(local ? advertised : IPAddress.Any)}",
            $"--secure-port={placement.ApiServerPort}",
            $"--advertise-address={advertised}",
            // On loopback there is nobody to use the Endpoints of the Service "kubernetes", and the API refuses 127.x in them.
            $"--endpoint-reconciler-type={(local ? "none" : "master-count")}",
            $"--service-cluster-ip-range={ServiceRange}",
            $"--tls-cert-file={server.CertificatePath}",
            $"--tls-private-key-file={server.KeyPath}",
            $"--client-ca-file={pki.AuthorityFile}",
            $"--cert-dir={Path.GetDirectoryName(pki.AuthorityFile)}",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--api-audiences=https://kubernetes.default.svc",
            $"--service-account-key-file={pki.TokenVerificationKeyFile}",
            $"--service-account-signing-key-file={pki.TokenSigningKeyFile}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged=true",
            $"--kubelet-client-certificate={kubelets.CertificatePath}",
            $"--kubelet-client-key={kubelets.KeyPath}",
            $"--kubelet-certificate-authority={pki.AuthorityFile}",
            "--kubelet-preferred-address-types=InternalIP",
            "--profiling=false",
        ];
    }

    private static HttpClient AdministratorClient(ClusterPki pki)
    {
        var administrator = pki.IssueClient("k8slb-local-cluster", "system:masters");
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        trust.CustomTrustStore.Add(X509Certificate2.CreateFromPem(pki.AuthorityPem));
        return new HttpClient(
            new SocketsHttpHandler
            {
                // A killed server leaves nothing behind that a pooled connection would have to find out about.
                PooledConnectionLifetime = TimeSpan.Zero,
                SslOptions = new SslClientAuthenticationOptions
                {
                    CertificateChainPolicy = trust,
                    ClientCertificates =
                    [
                        X509Certificate2.CreateFromPem(administrator.CertificatePem, administrator.KeyPem),
                    ],
                },
            }
        )
        {
            Timeout = TimeSpan.FromSeconds(2),
        };
    }
}
