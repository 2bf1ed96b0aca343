using System.Text.Json;
using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;
using K8sLb.Operator.Api;
using K8sLb.Operator.Trust;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>The chart's rules against the API server's own account of what an operator asked that had to do all it can do.</summary>
[Collection(ClusterTests.Name)]
public sealed class ExactPermissionTests(OperatorCluster cluster)
{
    [Fact]
    public async Task The_chart_permits_what_the_operator_does_and_nothing_else()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        await using var later = await PoolWorld.CreateAsync(cluster, secure: true);
        var clusterRules =
            ChartRules.Text(clusterWide: true) + ChartRules.OfWebhooks(WebhookConfigurations.Name(world));
        var kubeconfig = await Grants.GiveAsync(cluster, world, clusterRules);
        await world.CreatePoolAsync(change: WithAllThatIsWritten);
        await WebhookConfigurations.StartAsync(cluster, world, kubeconfig);
        world.OperatorName = "localhost";
        await world.AddMembersAsync("a", "b");
        await world.ActiveAsync(2);

        await MakeKeysOldAsync(world);
        await world.PatchPoolAsync("""{"sessionPersistence":{"absoluteTimeout":"2h"}}""");
        await MakeAuthorityOldAsync(world);
        // It has to publish there, and so looks at once.
        await later.CreatePoolAsync();
        foreach (var weight in new[] { "nonsense", "7", "nonsense" })
        {
            await world.AnnotateAsync("a", "k8slb.io/weight", weight);
            await world.StatusAsync(
                s => PoolWorld.Endpoint(s, "a").Weight == (weight == "7" ? 7 : 100),
                $"the weight {weight} has been seen"
            );
        }

        Permission[] permissions =
        [
            .. ChartRules.Parse(clusterRules, within: null),
            .. ChartRules.Parse(ChartRules.Text(clusterWide: false), within: world.Namespace),
        ];
        IReadOnlyList<AuditedRequest> requests = [];
        try
        {
            await Eventually.IsTrue(
                () =>
                {
                    requests = cluster.ControlPlane.Audit.Read(Grants.UserOf(world));
                    return permissions.All(p => requests.Any(p.Permits));
                },
                "every permission has been used",
                TimeSpan.FromSeconds(60)
            );
        }
        catch (TimeoutException)
        {
            permissions.Where(p => !requests.Any(p.Permits)).ShouldBeEmpty("rules that nothing needs");
        }
        requests.Where(r => r.Code == 403).ShouldBeEmpty("requests that no rule permits");
        await WebhookConfigurations.DeleteAsync(cluster, world);
    }

    private static void WithAllThatIsWritten(BackendPoolSpec spec)
    {
        spec.Ports![0].Mode = "Proxy";
        spec.SessionPersistence = new BackendPoolSessionPersistence();
        spec.ScaleIn = new();
    }

    /// <summary>So that the next key has to be made.</summary>
    private async Task MakeKeysOldAsync(PoolWorld world)
    {
        var secret = (await cluster.Client.GetAsync<V1Secret>("shop-session-keys", world.Namespace))!;
        var json = JsonSerializerOptions.Web;
        var keys = JsonSerializer.Deserialize<List<SessionKeyRecord>>(secret.Data!["keys.json"], json)!;
        keys[0] = keys[0] with { NotBefore = keys[0].NotBefore - TimeSpan.FromHours(23) };
        await cluster.Client.UpdateAsync(
            secret with
            {
                Data = new Dictionary<string, byte[]>
                {
                    ["keys.json"] = JsonSerializer.SerializeToUtf8Bytes(keys, json),
                },
            }
        );
    }

    /// <summary>So that its successor has to be made.</summary>
    private async Task MakeAuthorityOldAsync(PoolWorld world)
    {
        var periods = new TrustPeriods();
        var then = DateTimeOffset.UtcNow - (periods.AuthorityLife * 0.7);
        var old = CertificateIssuing.MakeAuthority(AuthorityRotation.Rotate([], then, periods, "old").Single());
        var store = new AuthorityStore(cluster.Client, world.Namespace);
        var stored = await store.ReadAsync(CancellationToken.None);
        (await store.TryWriteAsync([old], stored.Version, CancellationToken.None)).ShouldBeTrue();
    }
}
