using System.Security.Cryptography.X509Certificates;
using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Trust;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>The leader's loop of trust at a real API server, with a clock that the test moves.</summary>
internal sealed class LoopRun : IDisposable
{
    private readonly ServerCertificateInUse inUse = new();
    private readonly CancellationTokenSource stop = new();
    private readonly OperatorCluster cluster;
    private readonly string ns;

    public LoopRun(OperatorCluster cluster, string ns)
    {
        (this.cluster, this.ns) = (cluster, ns);
        var loop = new TrustLoop(
            new AuthorityStore(cluster.Client, ns),
            new BundlePublisher(cluster.Client, Time, NullLogger.Instance),
            inUse,
            new TrustLoopOptions
            {
                Names = OperatorNames.Of("k8slb", ns),
                IsLeader = () => true,
                Namespaces = () => [ns],
                Periods = Periods,
            },
            Time,
            NullLogger.Instance
        );
        _ = loop.RunAsync(stop.Token);
    }

    public ManualTime Time { get; } = new();
    public TrustPeriods Periods { get; } = new();
    public ServerCertificate? Shown => inUse.Current;

    /// <summary>Each certificate of the ConfigMap, as it was when last looked at.</summary>
    public IReadOnlyList<string> Published { get; private set; } = [];

    /// <summary>What is shown was made at this time of the clock, or is not due.</summary>
    public bool IsFresh => Shown is { } shown && Time.GetUtcNow() < shown.Term.NotAfter;

    public async Task UntilAsync(Func<LoopRun, bool> condition)
    {
        await Eventually.IsTrue(
            async () =>
            {
                var bundle = await cluster.Client.GetAsync<V1ConfigMap>("k8slb-ca", ns);
                Published = Certificates(bundle?.Data?["ca.crt"] ?? "");
                if (condition(this))
                {
                    return true;
                }
                // A loop that failed once waits by this clock.
                Time.Advance(TimeSpan.FromSeconds(1));
                return false;
            },
            "the loop has come so far"
        );
    }

    public bool IsTrustedBy(IReadOnlyList<string> bundle)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(string.Join('\n', bundle));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = Time.GetUtcNow().UtcDateTime;
        return chain.Build(Shown!.Context.TargetCertificate);
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    private static IReadOnlyList<string> Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return [.. certificates.Select(c => c.ExportCertificatePem())];
    }
}
