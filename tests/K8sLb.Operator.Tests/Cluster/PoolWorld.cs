using System.Net;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;
using K8sLb.Operator.Api;
using K8sLb.Operator.Hosting;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Protocol;
using K8sLb.TestKit;
using Microsoft.AspNetCore.Builder;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>
/// A namespace with pods that the test makes up, their sidecars, and operators that lead it. The node of the pods does not
/// exist, so a deleted pod stays Terminating until the test ends it.
/// </summary>
internal sealed class PoolWorld : IAsyncDisposable
{
    private readonly OperatorCluster cluster;
    private readonly Dictionary<string, LiveSidecar> sidecars = [];
    private readonly Dictionary<string, string?> tokens = [];
    private readonly List<WebApplication> operators = [];

    private readonly bool secure;

    private PoolWorld(OperatorCluster cluster, string ns, bool secure)
    {
        (this.cluster, this.secure) = (cluster, secure);
        Namespace = ns;
        OperatorName = $"k8slb.{ns}.svc";
    }

    public string Namespace { get; }

    /// <summary>Of the operator that is dialled, in its certificate.</summary>
    public string OperatorName { get; set; }

    /// <summary>Where sidecars dial.</summary>
    public Uri Hub { get; set; } = new("http://127.0.0.1:9");

    public LiveSidecar this[string pod] => sidecars[pod];

    /// <param name="secure">As in production: TLS, and tokens that the API server checks.</param>
    public static async Task<PoolWorld> CreateAsync(OperatorCluster cluster, bool secure = false)
    {
        var ns = $"t-{Guid.NewGuid().ToString("n")[..8]}";
        await cluster.ControlPlane.CreateNamespaceAsync(ns);
        return new PoolWorld(cluster, ns, secure);
    }

    /// <summary>As in production: TLS, and tokens that the API server checks.</summary>
    public bool IsSecure => secure;

    /// <summary>An operator in this process.</summary>
    /// <param name="isDialled">Whether it is the new address of <see cref="Hub"/>.</param>
    public async Task<WebApplication> StartOperatorAsync(
        string? kubeconfig = null,
        HubOptions? hub = null,
        Func<OperatorOptions, OperatorOptions>? change = null,
        bool isDialled = true
    )
    {
        var options = new OperatorOptions
        {
            Hub = hub ?? new(),
            Listen = secure ? "https://127.0.0.1:0" : "http://127.0.0.1:0",
            Authentication = secure ? AuthenticationMode.TokenReview : AuthenticationMode.None,
            HealthListen = "http://127.0.0.1:0",
            Namespace = Namespace,
            LeaseDuration = TimeSpan.FromSeconds(5),
            LeaseRenewDeadline = TimeSpan.FromSeconds(4),
            LeaseRetryPeriod = TimeSpan.FromMilliseconds(250),
            SettleTime = TimeSpan.FromSeconds(2),
        };
        var app = OperatorApplication.Build(
            change?.Invoke(options) ?? options,
            KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig ?? cluster.ControlPlane.KubeconfigPath)
        );
        operators.Add(app);
        await app.StartAsync();
        if (isDialled)
        {
            Hub = new Uri(app.Urls.First());
        }
        return app;
    }

    public async Task StopOperatorAsync(WebApplication app)
    {
        operators.Remove(app);
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public Task<BackendPool> CreatePoolAsync(string name = "shop", Action<BackendPoolSpec>? change = null)
    {
        var spec = Sample.Spec();
        change?.Invoke(spec);
        return cluster.Client.CreateAsync(
            new BackendPool
            {
                Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Namespace },
                Spec = spec,
            }
        );
    }

    public Task PatchPoolAsync(string spec, string name = "shop") =>
        cluster.Client.PatchAsync<BackendPool>(
            V1Patch.Merge(new JsonObject { ["spec"] = JsonNode.Parse(spec) }),
            name,
            Namespace
        );

    public Task DeletePoolAsync(string name = "shop") => cluster.Client.DeleteAsync<BackendPool>(name, Namespace);

    /// <summary>Ready pods with a sidecar each.</summary>
    public async Task AddMembersAsync(params string[] pods)
    {
        foreach (var name in pods)
        {
            await AddMemberAsync(name);
        }
    }

    public Task AnnotateAsync(string pod, string annotation, string? value) =>
        cluster.Client.PatchAsync<V1Pod>(
            V1Patch.Merge(
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [annotation] = value } },
                }
            ),
            pod,
            Namespace
        );

    public Task DeletePodAsync(string pod, int graceSeconds = 60) =>
        cluster.Client.DeleteAsync<V1Pod>(pod, Namespace, new V1DeleteOptions { GracePeriodSeconds = graceSeconds });

    public async Task<BackendPoolStatus?> StatusAsync(string name = "shop") =>
        (await cluster.Client.GetAsync<BackendPool>(name, Namespace))?.Status;

    public async Task<BackendPoolStatus> StatusAsync(
        Func<BackendPoolStatus, bool> condition,
        string what,
        string name = "shop"
    )
    {
        BackendPoolStatus? last = null;
        await Eventually.IsTrue(
            async () =>
            {
                last = await StatusAsync(name);
                return last is not null && condition(last);
            },
            what
        );
        return last!;
    }

    public Task<BackendPoolStatus> ActiveAsync(int count, string name = "shop") =>
        StatusAsync(
            s => s.Members?.Ready == count && Holds(s, ConditionTypes.Programmed),
            $"{count} members are ready and programmed",
            name
        );

    /// <summary>Events of the namespace as <c>Kind/name Reason note</c>.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync() =>
        [
            .. (await cluster.Client.ListAsync<Eventsv1Event>(Namespace)).Items.Select(e =>
                $"{e.Regarding?.Kind}/{e.Regarding?.Name} {e.Reason} {e.Note}"
            ),
        ];

    public Task EventAsync(string start) =>
        Eventually.IsTrue(
            async () => (await EventsAsync()).Any(e => e.StartsWith(start, StringComparison.Ordinal)),
            $"event {start}"
        );

    /// <summary>That its sidecar uses.</summary>
    /// <summary>The sidecar of this pod ends, so that a test speaks in its place.</summary>
    public async Task EndSidecarAsync(string pod)
    {
        if (sidecars.Remove(pod, out var sidecar))
        {
            await sidecar.DisposeAsync();
        }
    }

    public string? TokenOf(string pod) => tokens[pod];

    /// <summary>What a pod of this namespace has mounted by now.</summary>
    /// <exception cref="IOException">The authority has not been published.</exception>
    public async Task<Credentials> CredentialsAsync(string? token)
    {
        var bundle = await cluster.Client.GetAsync<V1ConfigMap>("k8slb-ca", Namespace);
        return new(
            bundle?.Data?["ca.crt"] ?? throw new IOException("ConfigMap k8slb-ca is not there yet"),
            OperatorName,
            token
        );
    }

    /// <summary>With another token than the pod's sidecar has, so that the operator has not seen it before.</summary>
    public async Task<Credentials> CredentialsOfAsync(string pod, string audience = "k8slb") =>
        await CredentialsAsync(await PodTokens.MintAsync(cluster.ControlPlane, await PodAsync(pod), audience, 7200));

    /// <summary>What the sidecar of this pod says of itself.</summary>
    public async Task<Hello> HelloAsync(string pod)
    {
        var known = await PodAsync(pod);
        return TestSidecar.Hello(pod, known.Uid(), Namespace) with { PeerAddress = known.Status!.PodIP! };
    }

    public async Task<V1Pod> PodAsync(string name) => (await cluster.Client.GetAsync<V1Pod>(name, Namespace))!;

    public Task<string> KubectlAsync(params string[] arguments) =>
        cluster.ControlPlane.KubectlAsync([.. arguments, "-n", Namespace]);

    public static bool Holds(BackendPoolStatus status, string condition) =>
        status.Condition(condition)?.Status == "True";

    public static EndpointStatus Endpoint(BackendPoolStatus status, string pod) =>
        status.Endpoints!.Single(e => e.Pod == pod);

    public async ValueTask DisposeAsync()
    {
        foreach (var app in operators)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
        foreach (var sidecar in sidecars.Values)
        {
            await sidecar.DisposeAsync();
        }
        // Operators of later tests watch all namespaces.
        await KubectlAsync("delete", "backendpools", "--all");
        await KubectlAsync("delete", "pods", "--all", "--grace-period=0", "--force");
    }

    private async Task AddMemberAsync(string name)
    {
        var pod = Sample.Pod(name);
        var created = await cluster.Client.CreateAsync(
            pod with
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    NamespaceProperty = Namespace,
                    Labels = pod.Metadata.Labels,
                },
                Spec = new V1PodSpec
                {
                    NodeName = "made-up",
                    Containers =
                    [
                        .. pod.Spec!.Containers.Select(c => new V1Container { Name = c.Name, Image = "none" }),
                    ],
                },
                Status = null,
            }
        );
        var address = $"127.0.0.{10 + sidecars.Count}";
        var status = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = address,
                ["containerStatuses"] = new JsonArray([.. pod.Spec.Containers.Select(c => (JsonNode)Running(c.Name))]),
            },
        };
        await cluster.Client.PatchStatusAsync<V1Pod>(V1Patch.Merge(status), name, Namespace);
        var token = secure ? await PodTokens.MintAsync(cluster.ControlPlane, created) : null;
        tokens[name] = token;
        sidecars[name] = new LiveSidecar(
            () => Hub,
            TestSidecar.Hello(name, created.Uid(), Namespace) with
            {
                PeerAddress = address,
            },
            async () => secure ? await CredentialsAsync(token) : null
        );
    }

    private static JsonObject Running(string container) =>
        new JsonObject
        {
            ["name"] = container,
            ["ready"] = true,
            ["restartCount"] = 0,
            ["image"] = "none",
            ["imageID"] = "",
        };
}
