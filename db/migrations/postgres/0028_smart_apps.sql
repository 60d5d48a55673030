CREATE TABLE "smart_app" (
	"clinic_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"secret_hash" text,
	"jwks" jsonb,
	"redirect_uris" jsonb NOT NULL,
	"launch_url" text NOT NULL,
	"scopes" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_by_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "smart_app_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "smart_assertion" (
	"clinic_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "smart_assertion_clinic_id_hash_pk" PRIMARY KEY("clinic_id","hash")
);
--> statement-breakpoint
CREATE TABLE "smart_clinic" (
	"clinic_id" uuid PRIMARY KEY NOT NULL,
	"api" boolean NOT NULL,
	"apps" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "smart_grant" (
	"clinic_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"app_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"patient_id" uuid,
	"encounter_id" uuid,
	"scope" text NOT NULL,
	"nonce" text,
	"code_hash" text NOT NULL,
	"challenge" text NOT NULL,
	"redirect_uri" text NOT NULL,
	"code_expires_at" timestamp with time zone NOT NULL,
	"code_used_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "smart_grant_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "smart_key" (
	"kid" text PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"open" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "smart_launch" (
	"clinic_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"app_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid,
	"browser_hash" text,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "smart_launch_clinic_id_hash_pk" PRIMARY KEY("clinic_id","hash")
);
--> statement-breakpoint
CREATE TABLE "smart_token" (
	"clinic_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"grant_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "smart_token_clinic_id_hash_pk" PRIMARY KEY("clinic_id","hash")
);
--> statement-breakpoint
CREATE INDEX "smart_grant_code" ON "smart_grant" USING btree ("clinic_id","code_hash");--> statement-breakpoint
CREATE INDEX "smart_token_grant" ON "smart_token" USING btree ("clinic_id","grant_id");