using System.Text.RegularExpressions;
using K8sLb.LocalCluster;
using K8sLb.Operator.Tests.Api;
using YamlDotNet.RepresentationModel;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>What the chart lets the operator do.</summary>
internal static partial class ChartRules
{
    /// <summary>The rules of the chart's ClusterRole, or of its Role, as YAML.</summary>
    public static string Text(bool clusterWide, string template = "rbac.yaml")
    {
        var rbac = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "helm", "k8slb", "templates", template));
        var kind = clusterWide ? "ClusterRole" : "Role";
        var document = rbac.Split("\n---\n").Single(d => Regex.IsMatch(d, $"^kind: {kind}$", RegexOptions.Multiline));
        return Rules().Match(document).Value;
    }

    /// <summary>The webhooks' rules, for configurations of this name.</summary>
    public static string OfWebhooks(string configurations) =>
        Text(clusterWide: true, "webhooks.yaml")
            .Replace("{{ .Release.Name }}", configurations, StringComparison.Ordinal)
            .Replace("rules:\n", "", StringComparison.Ordinal);

    /// <summary>Each permission by itself.</summary>
    /// <param name="rules">As <see cref="Text"/> has them.</param>
    /// <param name="within">The namespace that they are for; null for all.</param>
    public static IEnumerable<Permission> Parse(string rules, string? within)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(rules));
        return from rule in ((YamlSequenceNode)yaml.Documents[0].RootNode["rules"]).Cast<YamlMappingNode>()
            from @group in Words(rule, "apiGroups")
            from resource in Words(rule, "resources")
            from verb in Words(rule, "verbs")
            let names = Words(rule, "resourceNames")
            select new Permission(@group, resource, verb, within, names);
    }

    private static string[] Words(YamlMappingNode rule, string field) =>
        rule.Children.TryGetValue(field, out var words)
            ? [.. ((YamlSequenceNode)words).Select(w => ((YamlScalarNode)w).Value!)]
            : [];

    [GeneratedRegex(@"^rules:\n(?:[ \t].*\n?)+", RegexOptions.Multiline)]
    private static partial Regex Rules();
}

/// <param name="Names">Empty for all.</param>
internal sealed record Permission(string Group, string Resource, string Verb, string? Within, string[] Names)
{
    /// <summary>A server-side apply of what did not exist asks for "create" as well as for "patch".</summary>
    public bool Permits(AuditedRequest request) =>
        request.Group == Group
        && request.Resource == Resource
        && (request.Verb == Verb || (request.Verb == "patch" && request.Code == 201 && Verb == "create"))
        && (Within is null || request.Namespace == Within)
        && (Names.Length == 0 || Names.Contains(request.Name));

    public override string ToString() =>
        $"{Verb} {Resource}.{Group}{(Names.Length > 0 ? $" named {string.Join(", ", Names)}" : "")}{(Within is null ? "" : " in its own namespace")}";
}
