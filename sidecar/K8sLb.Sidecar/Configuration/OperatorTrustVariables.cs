namespace K8sLb.Sidecar.Configuration;

/// <summary>What decides whom the control stream trusts, and what it shows: set together with https, and not without.</summary>
internal sealed class OperatorTrustVariables
{
    private const string AuthorityVariable = "K8SLB_OPERATOR_CA";
    private const string TokenVariable = "K8SLB_OPERATOR_TOKEN";
    private const string NameVariable = "K8SLB_OPERATOR_NAME";

    /// <param name="errors">Each mistake adds one.</param>
    public OperatorTrustVariables(Func<string, string?> text, Uri? dial, List<string> errors)
    {
        (Authority, Token, Name) = (text(AuthorityVariable), text(TokenVariable), text(NameVariable));
        if (dial?.Scheme == Uri.UriSchemeHttps)
        {
            CheckTrust(dial, errors);
        }
        else if (dial is not null)
        {
            foreach (
                var (name, value) in new[]
                {
                    (AuthorityVariable, Authority),
                    (TokenVariable, Token),
                    (NameVariable, Name),
                }
            )
            {
                if (value is not null)
                {
                    errors.Add(
                        $"{name}=\"{value}\" is of no use with K8SLB_OPERATOR=\"{dial.OriginalString}\": it must be https://host:port"
                    );
                }
            }
        }
    }

    public string? Authority { get; }
    public string? Token { get; }
    public string? Name { get; }

    private void CheckTrust(Uri dial, List<string> errors)
    {
        if (Authority is null)
        {
            errors.Add(
                $"{AuthorityVariable} is not set: with https it must name the file of the operator's authority (ca.crt of ConfigMap k8slb-ca)"
            );
        }
        if (Name is null && dial.HostNameType is not UriHostNameType.Dns)
        {
            errors.Add(
                $"{NameVariable} is not set: K8SLB_OPERATOR=\"{dial.OriginalString}\" is an address, so it must hold the name in the "
                    + "operator's certificate, such as k8slb.k8slb-system.svc"
            );
        }
        else if (Name is not null && Uri.CheckHostName(Name) is not UriHostNameType.Dns)
        {
            errors.Add($"{NameVariable}=\"{Name}\" is not a host name, such as k8slb.k8slb-system.svc");
        }
    }
}
