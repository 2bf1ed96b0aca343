using System.Text;
using System.Text.Json.Nodes;

namespace K8sLb.Chart.Tests.Readme;

/// <summary>Writes the chart's README from its values and their schema.</summary>
internal static class ChartReadme
{
    private const string Introduction = """
        # Chart of K8sLb

        <!-- Written by `make chart-docs` from values.yaml and values.schema.json. -->

        The operator with what it needs: ServiceAccount and RBAC, a Deployment, a PodDisruptionBudget and a Service, the webhooks that inject
        the sidecar and check BackendPools, and the definition of BackendPool.

        ```sh
        helm install k8slb helm/k8slb --namespace k8slb-system --create-namespace
        ```

        On servers before 1.25, and before each upgrade, since helm never changes a definition that is there:

        ```sh
        kubectl apply --validate=false -f helm/k8slb/crds/backendpools.k8slb.io.yaml
        helm upgrade --install k8slb helm/k8slb --namespace k8slb-system --create-namespace --skip-crds
        ```

        `helm uninstall` takes the operator and its webhooks away. Pods keep their sidecars, which go on passing work to their applications
        and drain when their pods are deleted. The definition with all BackendPools, Secret `k8slb-ca` and the ConfigMaps `k8slb-ca` stay, so
        that an operator that is installed again is trusted at once ([docs/security.md](../../docs/security.md)).

        ## Values


        """;

    /// <param name="values">The text of values.yaml.</param>
    /// <param name="schema">values.schema.json.</param>
    public static string Write(string values, JsonObject schema)
    {
        var types = new ValueTypes(schema);
        var text = new StringBuilder(Introduction);
        text.Append("| name | default | what it means | type |\n|---|---|---|---|\n");
        foreach (var value in ValuesFile.Read(values))
        {
            text.Append(
                $"| `{value.Name}` | `{value.Default}` | {Cell(value.Meaning)} | {Cell(types.Of(value.Name))} |\n"
            );
        }
        return text.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
