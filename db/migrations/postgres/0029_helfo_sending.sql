CREATE TABLE "helfo_message" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"practitioner_id" uuid NOT NULL,
	"credit" boolean NOT NULL,
	"claim_ids" jsonb NOT NULL,
	"requested_by_id" uuid NOT NULL,
	"requested_at" text NOT NULL,
	"wanted" boolean NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"state_at" text,
	"helfo_id" text,
	"paid_ore" bigint,
	"paid_on" text,
	"sealed" text,
	CONSTRAINT "helfo_message_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "helfo_claim_sent" (
	"clinic_id" uuid NOT NULL,
	"claim_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"message_id" uuid NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "helfo_claim_sent_clinic_id_claim_id_kind_pk" PRIMARY KEY("clinic_id","claim_id","kind")
);
--> statement-breakpoint
CREATE TABLE "helfo_sending" (
	"clinic_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"state" text NOT NULL,
	"praksis_id" text NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"claimed_at" timestamp with time zone NOT NULL,
	"helfo_id" text,
	"polls" integer DEFAULT 0 NOT NULL,
	"next_poll_at" timestamp with time zone,
	CONSTRAINT "helfo_sending_clinic_id_message_id_pk" PRIMARY KEY("clinic_id","message_id")
);
--> statement-breakpoint
CREATE INDEX "helfo_claim_sent_message" ON "helfo_claim_sent" USING btree ("clinic_id","message_id");--> statement-breakpoint
CREATE INDEX "helfo_sending_poll" ON "helfo_sending" USING btree ("clinic_id","next_poll_at");--> statement-breakpoint
CREATE INDEX "helfo_sending_known" ON "helfo_sending" USING btree ("clinic_id","helfo_id");