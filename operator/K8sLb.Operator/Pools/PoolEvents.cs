using K8sLb.Core;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Pools;

/// <summary>Tells people what happened in one pool, each thing once.</summary>
internal sealed class PoolEvents(IEventRecorder recorder)
{
    private readonly Dictionary<string, string> annotationProblems = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RefusedSnapshot> refusals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> otherVersions = new(StringComparer.Ordinal);
    private string? notAccepted;

    public void Accepted(PoolView view)
    {
        var condition = Status.AcceptedCondition.Of(view);
        if (condition.Holds)
        {
            if (notAccepted is not null)
            {
                Publish(view, EventType.Normal, EventReasons.Accepted, "Accept", condition.Message);
            }
            notAccepted = null;
        }
        else if (notAccepted != condition.Message)
        {
            notAccepted = condition.Message;
            var note = $"{condition.Reason}: {condition.Message}";
            Publish(view, EventType.Warning, EventReasons.NotAccepted, "Accept", note);
        }
    }

    public void Annotations(PoolView view)
    {
        foreach (var pod in view.Pods)
        {
            var problem = PodReader.AnnotationProblem(pod);
            if (problem is null)
            {
                annotationProblems.Remove(pod.Uid());
            }
            else if (annotationProblems.GetValueOrDefault(pod.Uid()) != problem)
            {
                annotationProblems[pod.Uid()] = problem;
                var note = $"{pod.Name()}: {problem}";
                Publish(view, EventType.Warning, EventReasons.InvalidAnnotation, "Read", note, pod.ToReference());
            }
        }
        Keep(annotationProblems, view);
    }

    public void Refusals(PoolView view, IReadOnlyDictionary<string, MemberState> members)
    {
        foreach (var (uid, member) in members)
        {
            if (member.Refused is not { } refused)
            {
                refusals.Remove(uid);
            }
            else if (refusals.GetValueOrDefault(uid) != refused)
            {
                refusals[uid] = refused;
                var note = $"{member.Hello.PodName}: version {refused.Version}: {refused.Error}";
                Publish(view, EventType.Warning, EventReasons.StateRefused, "Program", note);
            }
        }
        Keep(refusals, view);
    }

    public void Versions(PoolView view, IReadOnlyDictionary<string, MemberState> members, string own)
    {
        foreach (var (uid, member) in members)
        {
            var version = member.Hello.SidecarVersion;
            if (version == own)
            {
                otherVersions.Remove(uid);
            }
            else if (otherVersions.GetValueOrDefault(uid) != version)
            {
                otherVersions[uid] = version;
                var note =
                    $"{member.Hello.PodName}: its sidecar is {version}, this operator {own}: it gets that when it is created anew";
                Publish(view, EventType.Normal, EventReasons.OtherSidecarVersion, "Attach", note);
            }
        }
        Keep(otherVersions, view);
    }

    public void Phases(PoolView view, IReadOnlyList<PlannedEvent> events)
    {
        var ns = view.Resource.Namespace();
        foreach (var planned in events)
        {
            OperatorMetrics.Transitions.Add(1, new KeyValuePair<string, object?>("reason", planned.Reason));
            var type = planned.Warning ? EventType.Warning : EventType.Normal;
            var pod = new V1ObjectReference
            {
                ApiVersion = "v1",
                Kind = "Pod",
                NamespaceProperty = ns,
                Name = planned.PodName,
                Uid = planned.PodUid,
            };
            var action = planned.Reason.StartsWith("Drain", StringComparison.Ordinal) ? "Drain" : "Balance";
            Publish(view, type, planned.Reason, action, $"{planned.PodName}: {planned.Note}", pod);
            if (action == "Drain")
            {
                recorder.Publish(pod, type, planned.Reason, action, planned.Note, view.Resource.ToReference());
            }
        }
    }

    private void Publish(
        PoolView view,
        EventType type,
        string reason,
        string action,
        string note,
        V1ObjectReference? related = null
    ) => recorder.Publish(view.Resource.ToReference(), type, reason, action, note, related);

    /// <summary>What was told of pods that are gone need not be remembered.</summary>
    private static void Keep<T>(Dictionary<string, T> told, PoolView view)
    {
        if (told.Count > 0)
        {
            var present = view.Pods.Select(p => p.Uid()).ToHashSet(StringComparer.Ordinal);
            foreach (var uid in told.Keys.Where(uid => !present.Contains(uid)).ToArray())
            {
                told.Remove(uid);
            }
        }
    }
}
