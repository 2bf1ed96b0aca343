namespace K8sLb.LocalCluster.Assets.Install;

/// <summary>One thing to do, with the time it took on two cores of 2020's make, to weigh the steps against each other.</summary>
public abstract record InstallStep(string Title, TimeSpan Usual)
{
    /// <summary>Packages of the distribution, into the system.</summary>
    public sealed record Packages(IReadOnlyList<string> Names)
        : InstallStep($"install packages: {string.Join(' ', Names)}", TimeSpan.FromSeconds(15 + (5 * Names.Count)));

    public sealed record KubernetesSource()
        : InstallStep("fetch the source package kubernetes", TimeSpan.FromSeconds(30));

    public sealed record KubernetesDefinitions()
        : InstallStep("generate its API definitions", TimeSpan.FromSeconds(25));

    public sealed record KubernetesComponent(string Name, TimeSpan Usual) : InstallStep($"build {Name}", Usual);

    /// <summary>helm and kubectl, as far as they are missing.</summary>
    public sealed record ClientTools(IReadOnlyList<string> Names)
        : InstallStep($"fetch {string.Join(" and ", Names)}", TimeSpan.FromSeconds(10));

    public sealed record PauseImage() : InstallStep("make the image that holds pods", TimeSpan.FromSeconds(5));
}
