using System.Globalization;
using System.Text.Json.Nodes;
using K8sLb.LocalCluster.Processes;
using K8sLb.Operator.Hosting;
using K8sLb.Operator.Injection;
using K8sLb.Operator.Tests.Injection;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>The chart's webhook configurations for one namespace, called by address instead of through a Service.</summary>
internal static class WebhookConfigurations
{
    /// <summary>Registers them without authorities, starts an operator, and waits until the server has got through to it.</summary>
    public static async Task StartAsync(OperatorCluster cluster, PoolWorld world, string? kubeconfig = null)
    {
        var name = Name(world);
        // Named, since that is what the certificate is for.
        var url = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{FreePorts.Take(1)[0]}");
        await cluster.ControlPlane.KubectlAsync(["label", "namespace", world.Namespace, $"test={world.Namespace}"]);
        await cluster.ControlPlane.KubectlAsync(["create", "-f", "-"], Manifests(name, world.Namespace, url));
        await world.StartOperatorAsync(
            kubeconfig,
            change: options =>
                Serving(options, url.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)) with
                {
                    InjectionWebhook = name,
                    ValidationWebhook = name,
                }
        );
        await Eventually.IsTrue(async () => await IsInjectedAsync(cluster, world), "the server reaches /inject");
        await Eventually.IsTrue(async () => await IsDeniedAsync(cluster, world), "the server reaches /validate");
    }

    public static OperatorOptions Serving(OperatorOptions options, string listen) =>
        options with
        {
            ServiceName = "localhost",
            WebhookListen = listen,
            Injection = new InjectionOptions(InjectionSample.Settings, Native: false),
        };

    public static Task DeleteAsync(OperatorCluster cluster, PoolWorld world) =>
        cluster.ControlPlane.KubectlAsync([
            "delete",
            "mutatingwebhookconfigurations,validatingwebhookconfigurations",
            Name(world),
        ]);

    public static string Name(PoolWorld world) => $"k8slb-{world.Namespace}";

    private static async Task<bool> IsInjectedAsync(OperatorCluster cluster, PoolWorld world)
    {
        var pod = InjectionSample.Pod();
        pod["apiVersion"] = "v1";
        pod["kind"] = "Pod";
        pod["metadata"]!["namespace"] = world.Namespace;
        var created = await cluster.ControlPlane.KubectlAsync(
            ["create", "--dry-run=server", "-o", "json", "-f", "-"],
            pod.ToJsonString()
        );
        return JsonNode.Parse(created)!["spec"]!["containers"]!.AsArray().Count == 2;
    }

    private static async Task<bool> IsDeniedAsync(OperatorCluster cluster, PoolWorld world)
    {
        try
        {
            await cluster.ControlPlane.KubectlAsync(
                ["create", "--dry-run=server", "-f", "-"],
                $$$"""
                {"apiVersion":"k8slb.io/v1alpha1","kind":"BackendPool","metadata":{"name":"bad","namespace":"{{{world.Namespace}}}"},
                "spec":{"selector":{"matchLabels":{"app":"no label"}},"ports":[{"name":"http","port":15080,"targetPort":8080}]}}
                """
            );
            return false;
        }
        catch (CommandFailedException e) when (e.Message.Contains("no label", StringComparison.Ordinal))
        {
            return true;
        }
    }

    private static string Manifests(string name, string ns, string url)
    {
        const string Pods = """{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}""";
        const string Pools =
            "{apiGroups: [k8slb.io], apiVersions: [v1alpha1], operations: [CREATE, UPDATE], resources: [backendpools]}";
        return Manifest("Mutating", "inject", "NoneOnDryRun", Pods)
            + "---\n"
            + Manifest("Validating", "validate", "None", Pools);

        string Manifest(string kind, string path, string sideEffects, string rule) =>
            $$$"""
                apiVersion: admissionregistration.k8s.io/v1
                kind: {{{kind}}}WebhookConfiguration
                metadata: {name: {{{name}}}}
                webhooks:
                  - name: {{{path}}}.k8slb.io
                    admissionReviewVersions: [v1]
                    sideEffects: {{{sideEffects}}}
                    failurePolicy: Ignore
                    timeoutSeconds: 10
                    clientConfig: {url: {{{url}}}/{{{path}}}}
                    namespaceSelector: {matchLabels: {test: {{{ns}}}}}
                    rules: [{{{rule}}}]

                """;
    }
}
