using K8sLb.Protocol;

namespace K8sLb.Sidecar.Configuration;

/// <summary>What decides who may ask the admin port for what.</summary>
internal sealed class AdminVariables
{
    private const string MetricsVariable = "K8SLB_METRICS_ON";

    /// <param name="errors">Each mistake adds one.</param>
    public AdminVariables(Func<string, string?> text, List<string> errors)
    {
        MetricsOnPod = text(MetricsVariable) == "Pod";
        if (text(MetricsVariable) is { } on and not ("Pod" or "Admin"))
        {
            errors.Add(
                $"{MetricsVariable}=\"{on}\" is neither Pod, for figures on every address, nor Admin, for K8SLB_ADMIN_ADDRESS alone"
            );
        }
        DrainSecret = text(DrainCall.SecretVariable);
        // Not its value: whoever reads the log does not need it.
        if (DrainSecret is { Length: < DrainCall.ShortestSecret } || DrainSecret?.All(IsPlain) == false)
        {
            errors.Add(
                $"{DrainCall.SecretVariable} is no secret: it must be {DrainCall.ShortestSecret} letters, digits, - or _ at least, by chance, "
                    + "such as openssl rand -hex 32 writes"
            );
        }
    }

    public bool MetricsOnPod { get; }
    public string? DrainSecret { get; }

    /// <summary>What passes through a path, a header and a shell as it is.</summary>
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
}
