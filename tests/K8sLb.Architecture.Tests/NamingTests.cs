using System.Reflection;

namespace K8sLb.Architecture.Tests;

/// <summary>Names say the role; a suffix that says nothing hides a class with several jobs.</summary>
public sealed class NamingTests
{
    private static readonly string[] Assemblies =
    [
        "K8sLb.Core",
        "K8sLb.Kubernetes",
        "K8sLb.Operator",
        "K8sLb.Protocol",
        "K8sLb.Sidecar",
    ];

    private static readonly string[] Empty = ["Manager", "Helper", "Helpers", "Util", "Utils", "Service"];

    [Fact]
    public void No_class_hides_behind_an_empty_name()
    {
        var named = Assemblies
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type.Namespace?.StartsWith("K8sLb", StringComparison.Ordinal) == true)
            .Select(type => type.Name)
            .Where(name => Empty.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)));
        named.ShouldBeEmpty();
    }
}
