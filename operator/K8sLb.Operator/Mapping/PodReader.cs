using System.Globalization;
using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Mapping;

/// <summary>What the planner needs of a pod.</summary>
public static class PodReader
{
    private const int MaxWeight = 1000;

    public static PodFacts Read(V1Pod pod) =>
        new()
        {
            Uid = pod.Uid(),
            Name = pod.Name(),
            CreatedAt = pod.Metadata.CreationTimestamp ?? DateTimeOffset.UnixEpoch,
            Ready = IsReady(pod),
            DeletionRequestedAt =
                pod.Metadata.DeletionTimestamp - TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 0),
            KilledAt = pod.Metadata.DeletionTimestamp,
            Terminated = pod.Status?.Phase is "Succeeded" or "Failed",
            HasSidecar = HasSidecar(pod),
            WorkDone = IsWorkDone(pod),
            DrainRequested = pod.GetAnnotation(PodConventions.DrainAnnotation) == "true",
            Weight = TryReadWeight(pod, out var weight) ? weight : null,
        };

    /// <summary>Null where every annotation has a meaning; else its name, its value and what would be right.</summary>
    public static string? AnnotationProblem(V1Pod pod)
    {
        if (!TryReadWeight(pod, out _))
        {
            return $"{PodConventions.WeightAnnotation}: \"{pod.GetAnnotation(PodConventions.WeightAnnotation)}\": "
                + $"must be a whole number from 0 to {MaxWeight}; ignored";
        }
        return pod.GetAnnotation(PodConventions.DrainAnnotation) is { } drain && drain is not ("true" or "false")
            ? $"{PodConventions.DrainAnnotation}: \"{drain}\": must be \"true\" or \"false\"; ignored"
            : null;
    }

    /// <summary>Native or ordinary.</summary>
    public static bool HasSidecar(V1Pod pod) =>
        pod.Spec is { } spec
        && spec.Containers.Concat(spec.InitContainers ?? []).Any(c => c.Name == PodConventions.SidecarContainer);

    private static bool IsReady(V1Pod pod)
    {
        if (pod.Status is not { Phase: "Running" } status)
        {
            return false;
        }
        var ready =
            status.ContainerStatuses?.Where(c => c.Ready).Select(c => c.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var containers = pod.Spec?.Containers ?? [];
        return containers.All(c => c.Name == PodConventions.SidecarContainer || ready.Contains(c.Name));
    }

    /// <summary>A container that failed is started again with OnFailure; one that ended well is not, nor any with Never.</summary>
    private static bool IsWorkDone(V1Pod pod)
    {
        var containers = pod.Spec?.Containers ?? [];
        if (
            pod.Spec?.RestartPolicy is not ("Never" or "OnFailure")
            || containers.All(c => c.Name != PodConventions.SidecarContainer)
        )
        {
            return false;
        }
        var states = pod.Status?.ContainerStatuses ?? [];
        return containers
            .Where(c => c.Name != PodConventions.SidecarContainer)
            .All(c =>
                states.FirstOrDefault(s => s.Name == c.Name)?.State?.Terminated is { } end
                && (pod.Spec.RestartPolicy == "Never" || end.ExitCode == 0)
            );
    }

    private static bool TryReadWeight(V1Pod pod, out int? weight)
    {
        weight = null;
        if (pod.GetAnnotation(PodConventions.WeightAnnotation) is not { } text)
        {
            return true;
        }
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaxWeight)
        {
            return false;
        }
        weight = number;
        return true;
    }
}
