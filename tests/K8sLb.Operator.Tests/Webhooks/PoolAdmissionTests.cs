using System.Text.Json;
using System.Text.Json.Nodes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Tests.Injection;
using K8sLb.Operator.Webhooks;

namespace K8sLb.Operator.Tests.Webhooks;

public sealed class PoolAdmissionTests
{
    [Fact]
    public void A_spec_that_could_not_be_put_into_force_is_denied_with_each_field_its_value_and_what_would_be_right()
    {
        var pool = Sample.Pool("shop");
        pool.Spec!.Drain = pool.Spec.Drain with { Deadline = "10s", RampDown = "20s", MaxReleasesPerSecond = 0 };

        var response = Answer("CREATE", pool);

        response.Allowed.ShouldBeFalse();
        var status = response.Status.ShouldNotBeNull();
        status.Code.ShouldBe(422);
        status.Message.ShouldBe(
            "spec.drain.rampDown: \"20s\": must be shorter than deadline (10s); spec.drain.maxReleasesPerSecond: 0: must be 1 to 1000000"
        );
        status
            .Details!.Causes!.Select(c => $"{c.Field} {c.Message}")
            .ShouldBe([
                "spec.drain.rampDown \"20s\": must be shorter than deadline (10s)",
                "spec.drain.maxReleasesPerSecond 0: must be 1 to 1000000",
            ]);
    }

    [Fact]
    public void A_spec_of_other_types_is_denied()
    {
        var pool = Json(Sample.Pool("shop"));
        pool["spec"]!["paused"] = "yes";

        var response = Admission().Answer(Request("CREATE", pool));

        response.Allowed.ShouldBeFalse();
        response.Status!.Message.ShouldNotBeNull().ShouldContain("$.spec.paused");
    }

    [Fact]
    public void A_stored_spec_that_is_wrong_stays_in_the_way_of_no_other_change()
    {
        var pool = Sample.Pool("shop");
        pool.Spec!.Drain.Deadline = "0s";
        var (old, labelled) = (Json(pool), Json(pool));
        labelled["metadata"]!["labels"] = new JsonObject { ["team"] = "carts" };
        var changed = Json(pool);
        changed["spec"]!["paused"] = true;

        Admission().Answer(Request("UPDATE", labelled, old)).Allowed.ShouldBeTrue();
        Admission().Answer(Request("UPDATE", changed, old)).Allowed.ShouldBeFalse();
    }

    [Fact]
    public void A_good_pool_by_itself_is_let_in_without_a_word()
    {
        var response = Answer("CREATE", Sample.Pool("shop"), others: Sample.Pool("blog", "blog"));

        response.Allowed.ShouldBeTrue();
        response.Warnings.ShouldBeNull();
    }

    [Fact]
    public void A_pool_is_not_in_its_own_way() =>
        Answer("UPDATE", Sample.Pool("shop"), others: Sample.Pool("shop")).Warnings.ShouldBeNull();

    [Fact]
    public void A_selector_that_takes_some_of_the_pods_of_an_older_pool_is_warned_of()
    {
        var canary = Sample.Pool("canary");
        canary.Spec!.Selector!.MatchLabels!["track"] = "canary";
        canary.Metadata.CreationTimestamp = null;

        Answer("CREATE", canary, others: Sample.Pool("shop"))
            .Warnings.ShouldNotBeNull()
            .ShouldHaveSingleItem()
            .ShouldBe(
                "k8slb: BackendPool shop, which is older, also selects pods with app=shop,track=canary and keeps them. "
                    + "Narrow one of the selectors"
            );
    }

    [Theory]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"In","values":["blog","shop"]}]}""", "app=shop")]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"Exists"}]}""", "app=shop")]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"NotIn","values":["blog"]}]}""", "app=shop")]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"NotIn","values":["shop"]}]}""", null)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"DoesNotExist"}]}""", null)]
    [InlineData("""{"matchLabels":{"tier":"web"}}""", null)]
    public void Selectors_that_take_the_same_simple_pod_overlap(string selector, string? shared)
    {
        var older = Sample.Pool("older", age: 5);
        older.Spec!.Selector = JsonSerializer.Deserialize(selector, ApiJson.Default.PodSelector);

        var warnings = Answer("CREATE", Sample.Pool("shop"), others: older).Warnings;

        if (shared is null)
        {
            warnings.ShouldBeNull();
        }
        else
        {
            warnings.ShouldNotBeNull().ShouldHaveSingleItem().ShouldContain($"selects pods with {shared} ");
        }
    }

    private static AdmissionResponse Answer(string operation, BackendPool pool, params BackendPool[] others) =>
        Admission(others).Answer(Request(operation, Json(pool)));

    private static PoolAdmission Admission(params BackendPool[] others) =>
        new(_ => [.. others.Select(o => new PoolInForce(o, AcceptedSpec.From(o.Spec!)))]);

    private static JsonObject Json(BackendPool pool) =>
        JsonSerializer.SerializeToNode(pool, ApiJson.Default.BackendPool)!.AsObject();

    private static AdmissionRequest Request(string operation, JsonObject pool, JsonObject? old = null) =>
        Review.Of(operation, pool, old).Deserialize(AdmissionJson.Default.AdmissionReview)!.Request!;
}
