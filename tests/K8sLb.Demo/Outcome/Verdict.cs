using System.Globalization;
using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>
/// Whether the demo showed what it is for: nothing lost with K8sLb, and a restart that does lose requests without it,
/// else the load proved nothing.
/// </summary>
internal sealed record Verdict(bool Passed, string Text)
{
    public const long FewestRequests = 20_000;

    public static Verdict Of(LoadReport baseline, LoadReport k8slb)
    {
        var account = string.Create(
            CultureInfo.InvariantCulture,
            $"with K8sLb {k8slb.Failed:N0} of {k8slb.Requests:N0} requests failed, without it {baseline.Failed:N0} of {baseline.Requests:N0}"
        );
        return k8slb.Failed > 0 ? new(false, $"Not passed: {account}.")
            : baseline.Failed == 0 ? new(false, $"Proves nothing, since nothing failed either way: {account}.")
            : k8slb.Requests < FewestRequests ? new(false, $"Too few requests: {account}.")
            : new(true, $"Passed: {account}.");
    }
}
